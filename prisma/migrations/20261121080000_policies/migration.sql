-- CreateEnum
CREATE TYPE "governance"."PolicyStatus" AS ENUM ('draft', 'active', 'archived');

-- CreateEnum
CREATE TYPE "governance"."PolicyTier" AS ENUM ('platform', 'organization', 'agent');

-- CreateEnum
CREATE TYPE "governance"."PolicyChangeKind" AS ENUM ('upserted', 'removed');

-- CreateTable
CREATE TABLE "governance"."policies" (
    "organization_id" UUID NOT NULL,
    "id" TEXT NOT NULL,
    "status" "governance"."PolicyStatus" NOT NULL,
    "tier" "governance"."PolicyTier" NOT NULL,
    "current_version" INTEGER NOT NULL,
    "latest_version" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "policies_pkey" PRIMARY KEY ("organization_id","id")
);

-- CreateTable
CREATE TABLE "governance"."policy_versions" (
    "organization_id" UUID NOT NULL,
    "policy_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "document" JSONB NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "policy_versions_pkey" PRIMARY KEY ("organization_id","policy_id","version")
);

-- CreateTable
CREATE TABLE "governance"."policy_revisions" (
    "organization_id" UUID NOT NULL,
    "revision" BIGINT NOT NULL DEFAULT 0,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "stopped" BOOLEAN NOT NULL DEFAULT false,
    "default_effect" TEXT NOT NULL DEFAULT 'deny',

    CONSTRAINT "policy_revisions_pkey" PRIMARY KEY ("organization_id")
);

-- CreateTable
CREATE TABLE "governance"."policy_changes" (
    "organization_id" UUID NOT NULL,
    "revision" BIGINT NOT NULL,
    "policy_id" TEXT NOT NULL,
    "kind" "governance"."PolicyChangeKind" NOT NULL,
    "version" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "policy_changes_pkey" PRIMARY KEY ("organization_id","revision")
);

-- CreateTable
CREATE TABLE "governance"."idempotency_keys" (
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
CREATE TABLE "governance"."outbox" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "stream" TEXT NOT NULL,
    "fields" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "policies_organization_id_status_id_idx" ON "governance"."policies"("organization_id", "status", "id");

-- CreateIndex
CREATE INDEX "policy_changes_organization_id_policy_id_revision_idx" ON "governance"."policy_changes"("organization_id", "policy_id", "revision" DESC);

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "governance"."idempotency_keys"("created_at");

-- AddForeignKey
ALTER TABLE "governance"."policy_versions" ADD CONSTRAINT "policy_versions_organization_id_policy_id_fkey" FOREIGN KEY ("organization_id", "policy_id") REFERENCES "governance"."policies"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;



-- Below: what the Prisma schema language cannot say.

ALTER TABLE "governance"."policy_revisions" ADD CONSTRAINT "policy_revisions_default_effect" CHECK ("default_effect" IN ('allow', 'deny'));

SELECT public.protect_table('governance.policies');
SELECT public.protect_table('governance.policy_versions');
SELECT public.protect_table('governance.policy_revisions');
SELECT public.protect_table('governance.policy_changes');
SELECT public.protect_table('governance.idempotency_keys');
SELECT public.protect_table('governance.outbox');

-- What a policy said stays: decisions refer to it, and whoever has read a version never reads it again.
REVOKE UPDATE, DELETE ON governance.policy_versions FROM agion_governance;
