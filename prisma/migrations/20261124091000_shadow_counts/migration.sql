-- CreateTable
CREATE TABLE "governance"."shadow_counts" (
    "organization_id" UUID NOT NULL,
    "policy_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "day" DATE NOT NULL,
    "would_deny" INTEGER NOT NULL DEFAULT 0,
    "would_allow" INTEGER NOT NULL DEFAULT 0,
    "changed" INTEGER NOT NULL DEFAULT 0,
    "samples" UUID[],

    CONSTRAINT "shadow_counts_pkey" PRIMARY KEY ("organization_id","policy_id","version","day")
);

SELECT public.protect_table('governance.shadow_counts');
