-- CreateTable
CREATE TABLE "governance"."dead_letters" (
    "organization_id" UUID NOT NULL,
    "dead_letter_id" UUID NOT NULL,
    "stream" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "source_at" TIMESTAMPTZ(3) NOT NULL,
    "agent_id" TEXT,
    "kind" TEXT NOT NULL DEFAULT 'permanent',
    "error" TEXT NOT NULL,
    "deliveries" INTEGER NOT NULL,
    "failed_at" TIMESTAMPTZ(3) NOT NULL,
    "incomplete" BOOLEAN NOT NULL,
    "bytes" INTEGER NOT NULL,
    "key_id" TEXT,
    "content" BYTEA,
    "status" TEXT NOT NULL DEFAULT 'open',
    "redrives" INTEGER NOT NULL DEFAULT 0,
    "settled_at" TIMESTAMPTZ(3),
    "settled_by" TEXT,
    "reason" TEXT,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dead_letters_pkey" PRIMARY KEY ("organization_id","dead_letter_id")
);

-- CreateIndex
CREATE INDEX "dead_letters_organization_id_failed_at_dead_letter_id_idx" ON "governance"."dead_letters"("organization_id", "failed_at" DESC, "dead_letter_id" DESC);

-- CreateIndex
CREATE INDEX "dead_letters_recorded_at_idx" ON "governance"."dead_letters"("recorded_at");

-- CreateIndex
CREATE UNIQUE INDEX "dead_letters_organization_id_stream_source_id_key" ON "governance"."dead_letters"("organization_id", "stream", "source_id");



-- Below: what the Prisma schema language cannot say.

ALTER TABLE "governance"."dead_letters" ADD CONSTRAINT "dead_letters_status" CHECK ("status" IN ('open', 'redriven', 'discarded'));
ALTER TABLE "governance"."dead_letters" ADD CONSTRAINT "dead_letters_kind" CHECK ("kind" IN ('permanent', 'exhausted'));

-- Asked for whenever Prometheus asks.
CREATE INDEX "dead_letters_open" ON "governance"."dead_letters" ("organization_id", "stream") WHERE "status" = 'open';

SELECT public.protect_table('governance.dead_letters');
