-- Who may do what. Roles belong to the cluster, not to the database: they may exist already, and several databases may
-- be migrated at once. None of them can log in; logins are made by operations (npm run db:roles).
--
--   agion_<service>         its own schema only, and there only the rows of the organization set for the transaction
--   agion_<service>_worker  the same schema across organizations, for consumers and look-ups that precede authentication
--   agion_worker            carries the cross-organization policy; member roles inherit it
DO $$
DECLARE
  service text;
  role_name text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY[
    'agion_worker', 'agion_registry', 'agion_governance', 'agion_coordination', 'agion_execution',
    'agion_registry_worker', 'agion_governance_worker', 'agion_coordination_worker', 'agion_execution_worker'
  ] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END LOOP;
  FOREACH service IN ARRAY ARRAY['registry', 'governance', 'coordination', 'execution'] LOOP
    EXECUTE format('GRANT %I, agion_worker TO %I', 'agion_' || service, 'agion_' || service || '_worker');
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', service, 'agion_' || service);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', service, 'agion_' || service);
    EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO %I', service, 'agion_' || service);
    -- what later migrations, run by this same owner, create
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I', service, 'agion_' || service);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT USAGE ON SEQUENCES TO %I', service, 'agion_' || service);
  END LOOP;
END $$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO agion_registry, agion_governance, agion_coordination, agion_execution;

-- A setting that ended with its transaction reads '' on a reused connection: '' and unset both mean "no organization, no rows".
CREATE FUNCTION public.current_organization() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.organization_id', true), '')::uuid $$;

-- Every migration that creates a table calls this for it. A test refuses tables that were forgotten.
CREATE FUNCTION public.protect_table(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('CREATE POLICY tenant ON %s USING (organization_id = (SELECT public.current_organization())) WITH CHECK (organization_id = (SELECT public.current_organization()))', target);
  EXECUTE format('CREATE POLICY worker ON %s TO agion_worker USING (true) WITH CHECK (true)', target);
END $$;
REVOKE ALL ON FUNCTION public.protect_table(regclass) FROM PUBLIC;

DO $$
DECLARE
  target regclass;
BEGIN
  FOR target IN
    SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('registry', 'governance', 'coordination', 'execution') AND c.relkind IN ('r', 'p')
  LOOP
    PERFORM public.protect_table(target);
  END LOOP;
END $$;

-- The audit trail is written once: not even its own service may change or remove a row.
REVOKE UPDATE, DELETE ON governance.audit_events FROM agion_governance;
