-- Whoever archives events keeps what they added up to. Nothing but the events themselves is out of its reach.
GRANT INSERT, UPDATE, DELETE ON governance.trust_archived_sums TO agion_governance;

-- The ledger is written once. What a person must be forgotten by is the one exception, and only by this way: whom a decision names,
-- and what was asked where that names the person. Where what was asked is kept apart, for days, nothing leads to it any more.
CREATE FUNCTION governance.erase_from_decisions(organization uuid, person text, stand_in text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  found bigint;
BEGIN
  PERFORM set_config('app.organization_id', organization::text, true);
  IF EXISTS (SELECT FROM information_schema.columns
      WHERE table_schema = 'governance' AND table_name = 'decisions' AND column_name = 'inputs_id') THEN
    EXECUTE 'UPDATE governance.decisions SET inputs_id = NULL, inputs_position = NULL
      WHERE organization_id = $1 AND user_id = $2' USING organization, person;
  END IF;
  UPDATE governance.decisions SET request = NULL, user_id = CASE WHEN user_id = person THEN stand_in ELSE user_id END
  WHERE organization_id = organization AND (user_id = person
    OR jsonb_path_exists(request::jsonb, '$.** ? (@ == $person)', jsonb_build_object('person', person)));
  GET DIAGNOSTICS found = ROW_COUNT;
  RETURN found;
END $$;
REVOKE ALL ON FUNCTION governance.erase_from_decisions(uuid, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance.erase_from_decisions(uuid, text, text) TO agion_governance;
