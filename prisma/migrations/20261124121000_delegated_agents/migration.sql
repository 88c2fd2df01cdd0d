-- The agent on whose behalf another one acts: it is never trusted further.
ALTER TABLE "registry"."agents" ADD COLUMN "delegated_by" TEXT;
