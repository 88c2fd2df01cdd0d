-- The ledger by months, and what was asked apart from what was decided: encrypted, by days.
--
-- Ids of decisions (versions 7 and 8) and of inputs (version 7) begin with milliseconds since 1970, so a range of ids is a span of
-- time, and the primary key stays (organization, id). What has no partition of its own goes to the default one.

-- Out of the services' reach: a partition is read and written through its table alone.
CREATE SCHEMA governance_partitions;

-- The least id of a moment.
CREATE FUNCTION governance.first_id_at(moment TIMESTAMPTZ) RETURNS UUID LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;

CREATE TABLE "governance"."decision_inputs" (
    "organization_id" UUID NOT NULL,
    "inputs_id" UUID NOT NULL,
    -- Which key encrypted them; NULL: they were recorded before there were keys, and are as they were.
    "key_id" TEXT,
    "content" BYTEA NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "decision_inputs_pkey" PRIMARY KEY ("organization_id","inputs_id")
) PARTITION BY RANGE ("inputs_id");

-- What is encrypted cannot be compressed.
ALTER TABLE "governance"."decision_inputs" ALTER COLUMN "content" SET STORAGE EXTERNAL;

CREATE TABLE "governance"."decisions_by_month" (
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
    -- Written by the release before this one alone.
    "request" JSON,
    "inputs_id" UUID,
    "inputs_position" SMALLINT,
    "phase" TEXT,
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
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
) PARTITION BY RANGE ("decision_id");

CREATE TABLE governance_partitions.decisions_default PARTITION OF governance.decisions_by_month DEFAULT;
CREATE TABLE governance_partitions.decision_inputs_default PARTITION OF governance.decision_inputs DEFAULT;

-- Makes one partition, if it is not there: of a month (`decisions`) or a day (`decision_inputs`). Rows of that span that went to the
-- default partition move there.
CREATE FUNCTION governance.add_partition(parent TEXT, span INTERVAL, starts TIMESTAMPTZ) RETURNS BOOLEAN LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  own TEXT := format('%s_%s', parent, to_char(starts AT TIME ZONE 'UTC', 'YYYYMMDD'));
  other TEXT := parent || '_default';
  key TEXT := CASE parent WHEN 'decisions' THEN 'decision_id' ELSE 'inputs_id' END;
  lower UUID := governance.first_id_at(starts);
  upper UUID := governance.first_id_at((starts AT TIME ZONE 'UTC' + span) AT TIME ZONE 'UTC');
BEGIN
  IF to_regclass('governance_partitions.' || own) IS NOT NULL THEN RETURN false; END IF;
  EXECUTE format('CREATE TABLE governance_partitions.%I (LIKE governance.%I INCLUDING ALL EXCLUDING INDEXES)', own, parent);
  -- An owner that is no superuser sees no rows where row-level security is forced. Nobody else sees the table meanwhile.
  EXECUTE format('ALTER TABLE governance_partitions.%I NO FORCE ROW LEVEL SECURITY', other);
  EXECUTE format('WITH moved AS (DELETE FROM governance_partitions.%I WHERE %I >= %L AND %I < %L RETURNING *)
    INSERT INTO governance_partitions.%I SELECT * FROM moved', other, key, lower, key, upper, own);
  EXECUTE format('ALTER TABLE governance_partitions.%I FORCE ROW LEVEL SECURITY', other);
  PERFORM public.protect_table(('governance_partitions.' || own)::regclass);
  EXECUTE format('ALTER TABLE governance.%I ATTACH PARTITION governance_partitions.%I FOR VALUES FROM (%L) TO (%L)',
    parent, own, lower, upper);
  RETURN true;
END $$;

-- The partitions of now and of the time ahead: three months, four days. Whoever comes second while somebody is at it does nothing.
CREATE FUNCTION governance.prepare_partitions() RETURNS INTEGER LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  month TIMESTAMP := date_trunc('month', now() AT TIME ZONE 'UTC');
  today TIMESTAMP := date_trunc('day', now() AT TIME ZONE 'UTC');
  made INTEGER := 0;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('governance partitions')) THEN RETURN 0; END IF;
  FOR ahead IN 0..2 LOOP
    made := made + governance.add_partition('decisions', '1 month', (month + ahead * INTERVAL '1 month') AT TIME ZONE 'UTC')::int;
  END LOOP;
  FOR ahead IN 0..3 LOOP
    made := made + governance.add_partition('decision_inputs', '1 day', (today + ahead * INTERVAL '1 day') AT TIME ZONE 'UTC')::int;
  END LOOP;
  RETURN made;
END $$;

-- Drops partitions in which nothing is as young as that, and never anything within the least time each is kept: 30 days, 14 days.
CREATE FUNCTION governance.drop_partitions(decisions_before TIMESTAMPTZ) RETURNS TEXT[] LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  part RECORD;
  kept_since TIMESTAMPTZ;
  needed BOOLEAN;
  dropped TEXT[] := '{}';
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('governance partitions')) THEN RETURN dropped; END IF;
  FOR part IN
    SELECT child.relname AS name, parent.relname AS parent,
      to_timestamp(right(child.relname, 8), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC' AS starts
    FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid JOIN pg_class parent ON parent.oid = inhparent
    WHERE child.relnamespace = 'governance_partitions'::regnamespace AND child.relname ~ '^decision(s|_inputs)_\d{8}$'
    ORDER BY child.relname
  LOOP
    kept_since := CASE part.parent WHEN 'decisions' THEN least(decisions_before, now() - INTERVAL '30 days')
      ELSE now() - INTERVAL '14 days' END;
    CONTINUE WHEN part.starts + CASE part.parent WHEN 'decisions' THEN INTERVAL '31 days' ELSE INTERVAL '1 day' END > kept_since;
    -- Ids may be chosen to look old; what counts is when a row was written.
    EXECUTE format('ALTER TABLE governance_partitions.%I NO FORCE ROW LEVEL SECURITY', part.name);
    EXECUTE format('SELECT EXISTS (SELECT FROM governance_partitions.%I WHERE recorded_at >= %L)', part.name, kept_since) INTO needed;
    IF needed THEN
      EXECUTE format('ALTER TABLE governance_partitions.%I FORCE ROW LEVEL SECURITY', part.name);
    ELSE
      EXECUTE format('DROP TABLE governance_partitions.%I', part.name);
      dropped := dropped || part.name;
    END IF;
  END LOOP;
  RETURN dropped;
END $$;

REVOKE ALL ON FUNCTION governance.first_id_at(TIMESTAMPTZ), governance.add_partition(TEXT, INTERVAL, TIMESTAMPTZ),
  governance.prepare_partitions(), governance.drop_partitions(TIMESTAMPTZ) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance.prepare_partitions(), governance.drop_partitions(TIMESTAMPTZ) TO agion_governance_worker;

-- An owner that is no superuser would see none of them.
ALTER TABLE governance.decisions NO FORCE ROW LEVEL SECURITY;
-- What there is: decisions as they are, and what was asked in the last 14 days. Older ids have no time in them and go to the default.
INSERT INTO governance.decision_inputs (organization_id, inputs_id, content, recorded_at)
SELECT organization_id, (left(replace(governance.first_id_at(recorded_at)::text, '-', ''), 12)
    || right(replace(decision_id::text, '-', ''), 20))::uuid,
  convert_to(json_build_array(request)::text, 'UTF8'), recorded_at
FROM governance.decisions WHERE request IS NOT NULL AND recorded_at > now() - INTERVAL '14 days';

INSERT INTO governance.decisions_by_month (organization_id, decision_id, agent_id, action, resource, decision, winner_policy,
  winner_version, matched, reason, failing_terms, obligations, errors, inputs_id, inputs_position, phase, policy_revision, trust_score,
  shadow_decision, source, answered, eval_us, correlation_id, reply_to, mission_id, session_id, user_id, execution_id, at, recorded_at)
SELECT organization_id, decision_id, agent_id, action, resource, decision, winner_policy, winner_version, matched, reason,
  failing_terms, obligations, errors,
  CASE WHEN request IS NOT NULL THEN (left(replace(governance.first_id_at(recorded_at)::text, '-', ''), 12)
    || right(replace(decision_id::text, '-', ''), 20))::uuid END,
  CASE WHEN request IS NOT NULL THEN 0 END, request->>'phase', policy_revision, trust_score, shadow_decision, source, answered,
  eval_us, correlation_id, reply_to, mission_id, session_id, user_id, execution_id, at, recorded_at
FROM governance.decisions;

DROP TABLE governance.decisions;
ALTER TABLE governance.decisions_by_month RENAME TO decisions;
ALTER TABLE governance.decisions ADD CONSTRAINT decisions_pkey PRIMARY KEY (organization_id, decision_id);
CREATE INDEX "decisions_organization_id_at_decision_id_idx" ON "governance"."decisions"("organization_id", "at" DESC, "decision_id" DESC);
CREATE INDEX "decisions_organization_id_agent_id_at_decision_id_idx" ON "governance"."decisions"("organization_id", "agent_id", "at" DESC, "decision_id" DESC);
CREATE INDEX "decisions_denied" ON "governance"."decisions" ("organization_id", "at" DESC, "decision_id" DESC) WHERE "decision" <> 'allow';
-- Says quickly whether a partition holds anything as young as that.
CREATE INDEX "decisions_recorded_at" ON "governance"."decisions" USING brin ("recorded_at");

SELECT public.protect_table('governance.decisions');
SELECT public.protect_table('governance.decision_inputs');
SELECT public.protect_table('governance_partitions.decisions_default');
SELECT public.protect_table('governance_partitions.decision_inputs_default');

-- What was decided stays as it was decided. Only the worker removes, and only what is past the least time it is kept.
REVOKE UPDATE, DELETE ON governance.decisions, governance.decision_inputs FROM agion_governance;
GRANT DELETE ON governance.decisions, governance.decision_inputs TO agion_governance_worker;
CREATE POLICY aged ON governance.decisions AS RESTRICTIVE FOR DELETE USING (recorded_at < now() - INTERVAL '30 days');
CREATE POLICY aged ON governance.decision_inputs AS RESTRICTIVE FOR DELETE USING (recorded_at < now() - INTERVAL '14 days');

SELECT governance.prepare_partitions();
-- An agent may tell of what it decided last month.
SELECT governance.add_partition('decisions', '1 month', (date_trunc('month', now() AT TIME ZONE 'UTC') - INTERVAL '1 month') AT TIME ZONE 'UTC');
