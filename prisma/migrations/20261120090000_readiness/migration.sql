-- A service is ready only when the newest migration it knows has been applied, so it may read which have been.
-- The shadow database that new migrations are tried in has no such table.
DO $$
BEGIN
  IF to_regclass('public._prisma_migrations') IS NOT NULL THEN
    GRANT SELECT ON public._prisma_migrations TO agion_registry, agion_governance, agion_coordination, agion_execution;
  END IF;
END $$;
