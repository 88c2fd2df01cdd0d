-- CreateTable
CREATE TABLE "governance"."decisions" (
    "organization_id" UUID NOT NULL,
    "decision_id" UUID NOT NULL,
    "agent_id" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "resource" TEXT,
    "decision" TEXT NOT NULL,
    "winner_policy" TEXT,
    "winner_version" INTEGER,
    "matched" JSON NOT NULL,
    "reason" TEXT NOT NULL,
    "failing_terms" JSON,
    "obligations" JSON,
    "errors" JSON,
    "request" JSON,
    "policy_revision" INTEGER,
    "trust_score" DOUBLE PRECISION,
    "shadow_decision" TEXT,
    "source" TEXT NOT NULL,
    "answered" BOOLEAN NOT NULL,
    "eval_us" DOUBLE PRECISION,
    "correlation_id" TEXT,
    "reply_to" TEXT,
    "mission_id" TEXT,
    "session_id" TEXT,
    "user_id" TEXT,
    "execution_id" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "decisions_pkey" PRIMARY KEY ("organization_id","decision_id")
);

-- CreateIndex
CREATE INDEX "decisions_organization_id_at_decision_id_idx" ON "governance"."decisions"("organization_id", "at" DESC, "decision_id" DESC);

-- CreateIndex
CREATE INDEX "decisions_organization_id_agent_id_at_decision_id_idx" ON "governance"."decisions"("organization_id", "agent_id", "at" DESC, "decision_id" DESC);

-- Denials are few and often looked for.
CREATE INDEX "decisions_denied" ON "governance"."decisions" ("organization_id", "at" DESC, "decision_id" DESC) WHERE "decision" <> 'allow';

SELECT public.protect_table('governance.decisions');

-- What was decided stays as it was decided.
REVOKE UPDATE, DELETE ON governance.decisions FROM agion_governance;
