-- CreateTable
CREATE TABLE "governance"."trust_events" (
    "organization_id" UUID NOT NULL,
    "event_id" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "event_type" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "impact" DOUBLE PRECISION NOT NULL,
    "dimension" TEXT NOT NULL,
    "weight" BIGINT NOT NULL,
    "source" TEXT NOT NULL,
    "reporter" TEXT,
    "fingerprint" TEXT NOT NULL,
    "context" JSONB,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "trust_events_pkey" PRIMARY KEY ("organization_id","event_id")
);

-- CreateTable
CREATE TABLE "governance"."trust_buckets" (
    "organization_id" UUID NOT NULL,
    "agent_id" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "dimension" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "positive" BIGINT NOT NULL DEFAULT 0,
    "negative" BIGINT NOT NULL DEFAULT 0,
    "count" INTEGER NOT NULL DEFAULT 0,
    "verified_positive" BIGINT NOT NULL DEFAULT 0,
    "verified_count" INTEGER NOT NULL DEFAULT 0,
    "peer_negative" BIGINT NOT NULL DEFAULT 0,
    "majors" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "trust_buckets_pkey" PRIMARY KEY ("organization_id","agent_id","fingerprint","dimension","day")
);

-- CreateTable
CREATE TABLE "governance"."trust_ceilings" (
    "organization_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "agent_id" TEXT NOT NULL,
    "container_id" TEXT,
    "kind" TEXT NOT NULL,
    "reference" TEXT NOT NULL,
    "limit" INTEGER NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3),
    "cleared_at" TIMESTAMPTZ(3),
    "cleared_by" TEXT,
    "cleared_reason" TEXT,

    CONSTRAINT "trust_ceilings_pkey" PRIMARY KEY ("organization_id","id")
);

-- CreateTable
CREATE TABLE "governance"."feedback" (
    "organization_id" UUID NOT NULL,
    "feedback_id" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "rating" SMALLINT NOT NULL,
    "comment" TEXT,
    "execution_id" TEXT,
    "author" TEXT,
    "claimed_user" TEXT,
    "source" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "feedback_pkey" PRIMARY KEY ("organization_id","feedback_id")
);

-- CreateTable
CREATE TABLE "governance"."execution_reports" (
    "organization_id" UUID NOT NULL,
    "report_id" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "execution_id" TEXT,
    "decision_id" TEXT,
    "mission_id" TEXT,
    "task_id" TEXT,
    "started_at" TIMESTAMPTZ(3),
    "duration_ms" DOUBLE PRECISION,
    "error" JSONB,
    "usage" JSONB,
    "metrics" JSONB,
    "source" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "execution_reports_pkey" PRIMARY KEY ("organization_id","report_id")
);

-- CreateTable
CREATE TABLE "governance"."violations" (
    "organization_id" UUID NOT NULL,
    "violation_id" UUID NOT NULL,
    "reference" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "summary" TEXT NOT NULL,
    "details" JSONB,
    "decision_id" TEXT,
    "status" TEXT NOT NULL DEFAULT 'open',
    "at" TIMESTAMPTZ(3) NOT NULL,
    "acknowledged_at" TIMESTAMPTZ(3),
    "acknowledged_by" TEXT,
    "resolved_at" TIMESTAMPTZ(3),
    "resolved_by" TEXT,
    "note" TEXT,

    CONSTRAINT "violations_pkey" PRIMARY KEY ("organization_id","violation_id")
);

-- CreateIndex
CREATE INDEX "trust_events_organization_id_agent_id_at_event_id_idx" ON "governance"."trust_events"("organization_id", "agent_id", "at" DESC, "event_id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "trust_ceilings_organization_id_agent_id_kind_reference_key" ON "governance"."trust_ceilings"("organization_id", "agent_id", "kind", "reference");

-- CreateIndex
CREATE INDEX "trust_ceilings_organization_id_container_id_idx" ON "governance"."trust_ceilings"("organization_id", "container_id");

-- CreateIndex
CREATE INDEX "feedback_organization_id_agent_id_at_feedback_id_idx" ON "governance"."feedback"("organization_id", "agent_id", "at" DESC, "feedback_id" DESC);

-- CreateIndex
CREATE INDEX "execution_reports_organization_id_agent_id_at_idx" ON "governance"."execution_reports"("organization_id", "agent_id", "at" DESC);

-- CreateIndex
CREATE INDEX "execution_reports_organization_id_decision_id_idx" ON "governance"."execution_reports"("organization_id", "decision_id");

-- CreateIndex
CREATE UNIQUE INDEX "violations_organization_id_reference_key" ON "governance"."violations"("organization_id", "reference");

-- CreateIndex
CREATE INDEX "violations_organization_id_at_violation_id_idx" ON "governance"."violations"("organization_id", "at" DESC, "violation_id" DESC);

DO $$
DECLARE
  target text;
BEGIN
  FOREACH target IN ARRAY ARRAY['trust_events', 'trust_buckets', 'trust_ceilings', 'feedback', 'execution_reports', 'violations'] LOOP
    PERFORM public.protect_table(('governance.' || target)::regclass);
  END LOOP;
END $$;

-- Evidence is written once: scores must be what its replay says.
REVOKE UPDATE, DELETE ON governance.trust_events FROM agion_governance;
