-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "coordination";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "execution";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "governance";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "registry";

-- CreateEnum
CREATE TYPE "coordination"."MissionStatus" AS ENUM ('draft', 'running', 'paused', 'succeeded', 'failed', 'cancelled');

-- CreateEnum
CREATE TYPE "execution"."RunStatus" AS ENUM ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted');

-- CreateEnum
CREATE TYPE "registry"."CredentialKind" AS ENUM ('agent', 'container', 'service_account');

-- CreateEnum
CREATE TYPE "registry"."ConfigurationKind" AS ENUM ('prompt', 'model', 'resource');

-- CreateTable
CREATE TABLE "coordination"."missions" (
    "organization_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "goal" TEXT NOT NULL,
    "status" "coordination"."MissionStatus" NOT NULL DEFAULT 'draft',
    "plan" JSONB NOT NULL DEFAULT '[]',
    "participants" TEXT[],
    "budget" JSONB,
    "deadline" TIMESTAMPTZ(3),
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "missions_pkey" PRIMARY KEY ("organization_id","id")
);

-- CreateTable
CREATE TABLE "coordination"."mission_events" (
    "organization_id" UUID NOT NULL,
    "event_id" TEXT NOT NULL,
    "mission_id" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "event_type" TEXT NOT NULL,
    "task_id" TEXT,
    "payload" JSONB,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "mission_events_pkey" PRIMARY KEY ("organization_id","event_id")
);

-- CreateTable
CREATE TABLE "coordination"."idempotency_keys" (
    "organization_id" UUID NOT NULL,
    "caller" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" BYTEA NOT NULL,
    "status" INTEGER,
    "response" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("organization_id","caller","key")
);

-- CreateTable
CREATE TABLE "coordination"."outbox" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "stream" TEXT NOT NULL,
    "fields" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "execution"."runs" (
    "organization_id" UUID NOT NULL,
    "id" TEXT NOT NULL,
    "thread_id" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "status" "execution"."RunStatus" NOT NULL DEFAULT 'queued',
    "input" JSONB NOT NULL,
    "answer" TEXT,
    "error" JSONB,
    "executor" TEXT,
    "lease_expires_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "runs_pkey" PRIMARY KEY ("organization_id","id")
);

-- CreateTable
CREATE TABLE "governance"."audit_events" (
    "organization_id" UUID NOT NULL,
    "event_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "actor" JSONB NOT NULL,
    "subject" JSONB NOT NULL,
    "outcome" TEXT NOT NULL,
    "details" JSONB,
    "source" TEXT NOT NULL,
    "trace_id" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("organization_id","event_id")
);

-- CreateTable
CREATE TABLE "registry"."organizations" (
    "organization_id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "settings" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organizations_pkey" PRIMARY KEY ("organization_id")
);

-- CreateTable
CREATE TABLE "registry"."agents" (
    "organization_id" UUID NOT NULL,
    "agent_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT,
    "version" TEXT,
    "framework" TEXT,
    "capabilities" TEXT[],
    "container_id" TEXT,
    "endpoint" TEXT,
    "fingerprint" JSONB,
    "labels" JSONB NOT NULL DEFAULT '{}',
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "quarantined_at" TIMESTAMPTZ(3),
    "retired_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "agents_pkey" PRIMARY KEY ("organization_id","agent_id")
);

-- CreateTable
CREATE TABLE "registry"."agent_instances" (
    "organization_id" UUID NOT NULL,
    "agent_id" TEXT NOT NULL,
    "instance_id" TEXT NOT NULL,
    "status" TEXT,
    "applied_policy_revision" INTEGER,
    "applied_config" JSONB,
    "metrics" JSONB,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_beat_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lease_expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "agent_instances_pkey" PRIMARY KEY ("organization_id","agent_id","instance_id")
);

-- CreateTable
CREATE TABLE "registry"."agent_containers" (
    "organization_id" UUID NOT NULL,
    "container_id" TEXT NOT NULL,
    "framework" TEXT,
    "version" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "agent_containers_pkey" PRIMARY KEY ("organization_id","container_id")
);

-- CreateTable
CREATE TABLE "registry"."credentials" (
    "key_id" TEXT NOT NULL,
    "organization_id" UUID NOT NULL,
    "kind" "registry"."CredentialKind" NOT NULL,
    "subject" TEXT NOT NULL,
    "role" TEXT,
    "secret_hash" BYTEA NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "credentials_pkey" PRIMARY KEY ("key_id")
);

-- CreateTable
CREATE TABLE "registry"."configurations" (
    "organization_id" UUID NOT NULL,
    "kind" "registry"."ConfigurationKind" NOT NULL,
    "id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "active_version" INTEGER NOT NULL,
    "latest_version" INTEGER NOT NULL,
    "candidate_version" INTEGER,
    "candidate_percent" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "configurations_pkey" PRIMARY KEY ("organization_id","kind","id")
);

-- CreateTable
CREATE TABLE "registry"."configuration_versions" (
    "organization_id" UUID NOT NULL,
    "kind" "registry"."ConfigurationKind" NOT NULL,
    "configuration_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "body" JSONB NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "configuration_versions_pkey" PRIMARY KEY ("organization_id","kind","configuration_id","version")
);

-- CreateTable
CREATE TABLE "registry"."idempotency_keys" (
    "organization_id" UUID NOT NULL,
    "caller" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" BYTEA NOT NULL,
    "status" INTEGER,
    "response" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("organization_id","caller","key")
);

-- CreateTable
CREATE TABLE "registry"."outbox" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "stream" TEXT NOT NULL,
    "fields" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "mission_events_organization_id_mission_id_at_idx" ON "coordination"."mission_events"("organization_id", "mission_id", "at");

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "coordination"."idempotency_keys"("created_at");

-- CreateIndex
CREATE INDEX "runs_organization_id_owner_created_at_idx" ON "execution"."runs"("organization_id", "owner", "created_at" DESC);

-- CreateIndex
CREATE INDEX "runs_status_lease_expires_at_idx" ON "execution"."runs"("status", "lease_expires_at");

-- CreateIndex
CREATE INDEX "audit_events_organization_id_at_event_id_idx" ON "governance"."audit_events"("organization_id", "at" DESC, "event_id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "organizations_slug_key" ON "registry"."organizations"("slug");

-- CreateIndex
CREATE INDEX "agents_organization_id_container_id_idx" ON "registry"."agents"("organization_id", "container_id");

-- CreateIndex
CREATE INDEX "agents_capabilities_idx" ON "registry"."agents" USING GIN ("capabilities");

-- CreateIndex
CREATE INDEX "credentials_organization_id_kind_subject_idx" ON "registry"."credentials"("organization_id", "kind", "subject");

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "registry"."idempotency_keys"("created_at");

-- AddForeignKey
ALTER TABLE "registry"."agent_instances" ADD CONSTRAINT "agent_instances_organization_id_agent_id_fkey" FOREIGN KEY ("organization_id", "agent_id") REFERENCES "registry"."agents"("organization_id", "agent_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "registry"."configuration_versions" ADD CONSTRAINT "configuration_versions_organization_id_kind_configuration__fkey" FOREIGN KEY ("organization_id", "kind", "configuration_id") REFERENCES "registry"."configurations"("organization_id", "kind", "id") ON DELETE CASCADE ON UPDATE CASCADE;



-- Below: what the Prisma schema language cannot say.

-- One living prompt per location, model per purpose, resource per name; archived ones do not count.
CREATE UNIQUE INDEX "configurations_living_key" ON "registry"."configurations" ("organization_id", "kind", "key") WHERE "archived_at" IS NULL;

-- Listing and revoking what an agent, container or service account still holds.
CREATE INDEX "credentials_living" ON "registry"."credentials" ("organization_id", "subject") WHERE "revoked_at" IS NULL;

-- Every installation has this organization; its Redis names are the published ones, without a prefix.
INSERT INTO "registry"."organizations" ("organization_id", "slug", "name") VALUES ('00000000-0000-7000-8000-000000000001', 'default', 'Default organization');
