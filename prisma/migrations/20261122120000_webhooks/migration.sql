-- CreateTable
CREATE TABLE "governance"."webhooks" (
    "organization_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "url" TEXT NOT NULL,
    "event_types" TEXT[],
    "description" TEXT,
    "status" TEXT NOT NULL DEFAULT 'active',
    "secret_generation" INTEGER NOT NULL DEFAULT 1,
    "previous_secret_until" TIMESTAMPTZ(3),
    "failing_since" TIMESTAMPTZ(3),
    "disabled_reason" TEXT,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "webhooks_pkey" PRIMARY KEY ("organization_id","id")
);

-- CreateTable
CREATE TABLE "governance"."webhook_deliveries" (
    "organization_id" UUID NOT NULL,
    "webhook_id" UUID NOT NULL,
    "event_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "log" JSONB NOT NULL DEFAULT '[]',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY ("organization_id","webhook_id","event_id")
);

-- CreateIndex
CREATE INDEX "webhook_deliveries_organization_id_webhook_id_created_at_ev_idx" ON "governance"."webhook_deliveries"("organization_id", "webhook_id", "created_at" DESC, "event_id" DESC);

-- AddForeignKey
ALTER TABLE "governance"."webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_organization_id_webhook_id_fkey" FOREIGN KEY ("organization_id", "webhook_id") REFERENCES "governance"."webhooks"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;



-- Below: what the Prisma schema language cannot say.

ALTER TABLE "governance"."webhooks" ADD CONSTRAINT "webhooks_status" CHECK ("status" IN ('active', 'disabled', 'archived'));
ALTER TABLE "governance"."webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_status" CHECK ("status" IN ('pending', 'delivered', 'failed'));

-- What is due is looked for twice a second: it must not be looked for among all that was ever delivered.
CREATE INDEX "webhook_deliveries_pending" ON "governance"."webhook_deliveries" ("organization_id", "webhook_id", "next_attempt_at") WHERE "status" = 'pending';
CREATE INDEX "webhook_deliveries_finished" ON "governance"."webhook_deliveries" ("finished_at") WHERE "finished_at" IS NOT NULL;

SELECT public.protect_table('governance.webhooks');
SELECT public.protect_table('governance.webhook_deliveries');
