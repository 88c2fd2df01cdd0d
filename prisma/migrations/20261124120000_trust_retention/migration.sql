-- Trust events in a partition for each month, so that old ones leave as a whole; what they added up to stays. The month follows
-- from the event's id alone (UUIDv7, a stream's id), so that the primary key still keeps every repetition out. Ids that tell no
-- credible time are in the month 1970-01-01.
ALTER TABLE "governance"."trust_events" RENAME TO "trust_events_in_one";
ALTER TABLE "governance"."trust_events_in_one" RENAME CONSTRAINT "trust_events_pkey" TO "trust_events_in_one_pkey";
ALTER INDEX "governance"."trust_events_organization_id_agent_id_at_event_id_idx" RENAME TO "trust_events_in_one_idx";

-- CreateTable
CREATE TABLE "governance"."trust_events" (
    "organization_id" UUID NOT NULL,
    "event_id" TEXT NOT NULL,
    "month" DATE NOT NULL DEFAULT DATE '1970-01-01',
    "agent_id" TEXT NOT NULL,
    "event_type" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "impact" DOUBLE PRECISION NOT NULL,
    "dimension" TEXT NOT NULL,
    "weight" BIGINT NOT NULL,
    "sign" SMALLINT NOT NULL DEFAULT 1,
    "source" TEXT NOT NULL,
    "reporter" TEXT,
    "fingerprint" TEXT NOT NULL,
    "context" JSONB,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "trust_events_pkey" PRIMARY KEY ("organization_id","event_id","month")
) PARTITION BY LIST ("month");

-- CreateIndex
CREATE INDEX "trust_events_organization_id_agent_id_at_event_id_idx" ON "governance"."trust_events"("organization_id", "agent_id", "at" DESC, "event_id" DESC);

-- CreateTable
CREATE TABLE "governance"."trust_standings" (
    "organization_id" UUID NOT NULL,
    "agent_id" TEXT NOT NULL,
    "tier" TEXT NOT NULL DEFAULT 'standard',
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "delegated_by" TEXT,

    CONSTRAINT "trust_standings_pkey" PRIMARY KEY ("organization_id","agent_id")
);

-- CreateIndex
CREATE INDEX "trust_standings_organization_id_delegated_by_idx" ON "governance"."trust_standings"("organization_id", "delegated_by");

-- CreateTable
CREATE TABLE "governance"."trust_archives" (
    "organization_id" UUID NOT NULL,
    "month" DATE NOT NULL,
    "recorded_before" TIMESTAMPTZ(3) NOT NULL,
    "file" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "events" BIGINT NOT NULL,
    "verified_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "dropped_at" TIMESTAMPTZ(3),

    CONSTRAINT "trust_archives_pkey" PRIMARY KEY ("organization_id","month","recorded_before")
);

-- CreateTable
CREATE TABLE "governance"."trust_archived_sums" (
    "organization_id" UUID NOT NULL,
    "month" DATE NOT NULL,
    "agent_id" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "dimension" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "positive" BIGINT NOT NULL,
    "negative" BIGINT NOT NULL,
    "count" INTEGER NOT NULL,
    "verified_positive" BIGINT NOT NULL,
    "verified_count" INTEGER NOT NULL,
    "peer_negative" BIGINT NOT NULL,
    "majors" INTEGER NOT NULL,

    CONSTRAINT "trust_archived_sums_pkey" PRIMARY KEY ("organization_id","month","agent_id","fingerprint","dimension","day")
);

-- CreateTable
CREATE TABLE "governance"."feedback_votes" (
    "organization_id" UUID NOT NULL,
    "slot" TEXT NOT NULL,
    "feedback_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "evidence" JSONB NOT NULL,

    CONSTRAINT "feedback_votes_pkey" PRIMARY KEY ("organization_id","slot")
);

-- CreateTable
CREATE TABLE "governance"."pseudonym_keys" (
    "organization_id" UUID NOT NULL,
    "key" BYTEA NOT NULL,

    CONSTRAINT "pseudonym_keys_pkey" PRIMARY KEY ("organization_id")
);

DO $$
DECLARE
  target text;
BEGIN
  FOREACH target IN ARRAY ARRAY['trust_events', 'trust_standings', 'trust_archives', 'trust_archived_sums', 'feedback_votes', 'pseudonym_keys'] LOOP
    PERFORM public.protect_table(('governance.' || target)::regclass);
  END LOOP;
END $$;

-- Evidence is written once: of a row only who reported it, and what else it told, may be forgotten.
REVOKE UPDATE, DELETE ON governance.trust_events FROM agion_governance;
GRANT UPDATE (reporter, context) ON governance.trust_events TO agion_governance;
REVOKE UPDATE, DELETE ON governance.pseudonym_keys FROM agion_governance;
REVOKE INSERT, UPDATE, DELETE ON governance.trust_archived_sums FROM agion_governance;

-- Adds a month where there is none. Attached rather than created in place: writers go on meanwhile. Nobody but the owner reaches a
-- partition by its own name.
CREATE FUNCTION governance.add_trust_month(given date) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  name text := CASE WHEN given = DATE '1970-01-01' THEN 'trust_events_undated' ELSE to_char(given, '"trust_events_"YYYY_MM') END;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('governance.trust_events'));
  IF to_regclass('governance.' || name) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE governance.%I (LIKE governance.trust_events INCLUDING ALL)', name);
  PERFORM public.protect_table(('governance.' || name)::regclass);
  EXECUTE format('REVOKE ALL ON governance.%I FROM agion_governance', name);
  EXECUTE format('ALTER TABLE governance.trust_events ATTACH PARTITION governance.%I FOR VALUES IN (%L)', name, given);
END $$;
REVOKE ALL ON FUNCTION governance.add_trust_month(date) FROM PUBLIC;

-- The months events may fall into now: an id counts as dated when its time is at most 180 days before and a day after the event.
CREATE FUNCTION governance.prepare_trust_months() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT governance.add_trust_month(month::date)
  FROM generate_series(date_trunc('month', now() AT TIME ZONE 'UTC') - interval '7 months',
    date_trunc('month', now() AT TIME ZONE 'UTC') + interval '6 months', interval '1 month') AS month
  WHERE to_regclass('governance.' || to_char(month, '"trust_events_"YYYY_MM')) IS NULL;
$$;
REVOKE ALL ON FUNCTION governance.prepare_trust_months() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance.prepare_trust_months() TO agion_governance;

-- What the events add up to: the buckets as a replay would make them.
CREATE VIEW governance.trust_replay WITH (security_invoker = true) AS
SELECT organization_id, month, agent_id, fingerprint, dimension, (at AT TIME ZONE 'UTC')::date AS day,
  coalesce(sum(sign * weight) FILTER (WHERE severity = 'positive'), 0)::bigint AS positive,
  coalesce(sum(sign * weight) FILTER (WHERE severity <> 'positive'), 0)::bigint AS negative,
  coalesce(sum(sign) FILTER (WHERE weight > 0), 0)::int AS count,
  coalesce(sum(sign * weight) FILTER (WHERE severity = 'positive' AND source IN ('platform', 'person')), 0)::bigint AS verified_positive,
  coalesce(sum(sign) FILTER (WHERE severity = 'positive' AND weight > 0 AND source IN ('platform', 'person')), 0)::int AS verified_count,
  coalesce(sum(sign * weight) FILTER (WHERE severity <> 'positive' AND source = 'peer'), 0)::bigint AS peer_negative,
  coalesce(sum(sign) FILTER (WHERE severity IN ('major', 'critical') AND source IN ('platform', 'person')), 0)::int AS majors
FROM governance.trust_events
GROUP BY organization_id, month, agent_id, fingerprint, dimension, (at AT TIME ZONE 'UTC')::date;

-- Lets a month go that holds so many events and no others, once what they added up to is kept. Refuses what is younger than seven
-- months. The owner alone may do so; the policies do not apply to it in a partition that is about to go.
CREATE FUNCTION governance.drop_trust_month(given date, events bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  name text := to_char(given, '"trust_events_"YYYY_MM');
  found bigint;
BEGIN
  IF given + interval '1 month' > (now() AT TIME ZONE 'UTC') - interval '7 months' THEN
    RAISE EXCEPTION 'the trust events of % are too young to go', given;
  END IF;
  EXECUTE format('ALTER TABLE governance.%I NO FORCE ROW LEVEL SECURITY', name);
  EXECUTE format('SELECT count(*) FROM governance.%I', name) INTO found;
  IF found <> events THEN
    RAISE EXCEPTION 'the month % holds % trust events and not %', given, found, events;
  END IF;
  EXECUTE format('ALTER TABLE governance.trust_events DETACH PARTITION governance.%I', name);
  EXECUTE format('DROP TABLE governance.%I', name);
END $$;
REVOKE ALL ON FUNCTION governance.drop_trust_month(date, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance.drop_trust_month(date, bigint) TO agion_governance;

-- The same for an organization's undated events that were recorded before then.
CREATE FUNCTION governance.drop_undated_trust_events(organization uuid, before timestamptz, events bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  found bigint;
BEGIN
  IF before > now() - interval '7 months' THEN
    RAISE EXCEPTION 'undated trust events of % are too young to go', before;
  END IF;
  PERFORM set_config('app.organization_id', organization::text, true);
  DELETE FROM governance.trust_events WHERE organization_id = organization AND month = DATE '1970-01-01' AND recorded_at < before;
  GET DIAGNOSTICS found = ROW_COUNT;
  IF found <> events THEN
    RAISE EXCEPTION 'there are % undated trust events before % and not %', found, before, events;
  END IF;
END $$;
REVOKE ALL ON FUNCTION governance.drop_undated_trust_events(uuid, timestamptz, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance.drop_undated_trust_events(uuid, timestamptz, bigint) TO agion_governance;

-- Brings a month back that an archive is read into.
CREATE FUNCTION governance.restore_trust_month(given date) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
  SELECT governance.add_trust_month(date_trunc('month', given)::date) WHERE given BETWEEN DATE '2020-01-01' AND (now() + interval '6 months')::date;
$$;
REVOKE ALL ON FUNCTION governance.restore_trust_month(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance.restore_trust_month(date) TO agion_governance;

-- What was recorded before. Whoever migrates sees and writes all of it, although it may not be a superuser.
ALTER TABLE governance.trust_events_in_one NO FORCE ROW LEVEL SECURITY;
ALTER TABLE governance.trust_events NO FORCE ROW LEVEL SECURITY;
SELECT governance.add_trust_month(DATE '1970-01-01'), governance.prepare_trust_months();

CREATE FUNCTION pg_temp.month_of(event_id text, at timestamptz) RETURNS date LANGUAGE plpgsql AS $$
DECLARE
  id text := substring(event_id from '[^:]*$');
  ms bigint;
BEGIN
  IF id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$' THEN
    ms := ('x' || lpad(replace(left(id, 13), '-', ''), 16, '0'))::bit(64)::bigint;
  ELSIF id ~ '^[0-9]{13}-[0-9]+$' THEN
    ms := left(id, 13)::bigint;
  END IF;
  IF ms IS NULL OR ms NOT BETWEEN extract(epoch FROM at) * 1000 - 180 * 86400000::bigint AND extract(epoch FROM at) * 1000 + 86400000
  THEN RETURN DATE '1970-01-01'; END IF;
  RETURN date_trunc('month', to_timestamp(ms / 1000.0) AT TIME ZONE 'UTC')::date;
END $$;

SELECT governance.add_trust_month(month)
FROM (SELECT DISTINCT pg_temp.month_of(event_id, at) AS month FROM governance.trust_events_in_one) AS needed;

INSERT INTO governance.trust_events (organization_id, event_id, month, agent_id, event_type, severity, impact, dimension, weight,
  source, reporter, fingerprint, context, at, recorded_at)
SELECT organization_id, event_id, pg_temp.month_of(event_id, at), agent_id, event_type, severity, impact, dimension, weight, source,
  reporter, fingerprint, context, at, recorded_at
FROM governance.trust_events_in_one;

DROP TABLE governance.trust_events_in_one;
ALTER TABLE governance.trust_events FORCE ROW LEVEL SECURITY;
