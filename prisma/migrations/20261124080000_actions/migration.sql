-- CreateTable
CREATE TABLE "governance"."actions" (
    "organization_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "revision" BIGINT NOT NULL,
    "risk" TEXT NOT NULL,
    "context_schema" JSON,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "actions_pkey" PRIMARY KEY ("organization_id","name","version")
);

-- CreateIndex
CREATE INDEX "actions_organization_id_revision_idx" ON "governance"."actions"("organization_id", "revision");



-- Below: what the Prisma schema language cannot say.

ALTER TABLE "governance"."actions" ADD CONSTRAINT "actions_risk" CHECK ("risk" IN ('low', 'medium', 'high'));

SELECT public.protect_table('governance.actions');
