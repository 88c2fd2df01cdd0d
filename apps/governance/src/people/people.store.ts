import { OrganizationScope, Outbox } from '@agion/database';
import type { AuditEntry } from '@agion/service-kit';
import { Injectable } from '@nestjs/common';

/** How many rows named a person. */
export interface Erased {
  feedback: number;
  events: number;
  decisions: number;
  violations: number;
  reports: number;
  deadLetters: number;
}

/** Who is forgotten, and where that is known already. */
export interface Forgetting {
  person: string;
  owner: string;
  standIn: string;
  deadLetters: readonly string[];
}

/** Longest time a statement may take: whole tables are looked through. */
const PATIENCE = '25s';
/** A text of a JSON document, at any depth, that is the person's id. */
const names = (column: string): string =>
  `jsonb_path_exists(${column}, '$.** ? (@ == $person)', jsonb_build_object('person', $2::text))`;

const FEEDBACK = `
UPDATE governance.feedback SET comment = NULL, author = CASE WHEN author = $3 THEN $4 ELSE author END,
  claimed_user = CASE WHEN claimed_user = $2 THEN $4 ELSE claimed_user END
WHERE organization_id = $1 AND (author = $3 OR claimed_user = $2)`;
const EVENTS = `
UPDATE governance.trust_events SET reporter = CASE WHEN reporter = $3 THEN $4 ELSE reporter END,
  context = CASE WHEN ${names('context')} THEN NULL ELSE context END
WHERE organization_id = $1 AND (reporter = $3 OR ${names('context')})`;
const VIOLATIONS = `
UPDATE governance.violations SET details = CASE WHEN ${names('details')} THEN NULL ELSE details END,
  acknowledged_by = CASE WHEN acknowledged_by = $3 THEN $4 ELSE acknowledged_by END,
  resolved_by = CASE WHEN resolved_by = $3 THEN $4 ELSE resolved_by END
WHERE organization_id = $1 AND (acknowledged_by = $3 OR resolved_by = $3 OR ${names('details')})`;
const CEILINGS = `
UPDATE governance.trust_ceilings SET cleared_by = $3 WHERE organization_id = $1 AND cleared_by = $2`;
const REPORTS = `
UPDATE governance.execution_reports SET error = CASE WHEN ${names('error')} THEN NULL ELSE error END,
  usage = CASE WHEN ${names('usage')} THEN NULL ELSE usage END, metrics = CASE WHEN ${names('metrics')} THEN NULL ELSE metrics END
WHERE organization_id = $1 AND (${names('error')} OR ${names('usage')} OR ${names('metrics')})`;
const DEAD_LETTERS = `
UPDATE governance.dead_letters SET settled_by = CASE WHEN settled_by = $3 THEN $4 ELSE settled_by END,
  content = CASE WHEN dead_letter_id = ANY($2::uuid[]) THEN NULL ELSE content END,
  key_id = CASE WHEN dead_letter_id = ANY($2::uuid[]) THEN NULL ELSE key_id END
WHERE organization_id = $1 AND (dead_letter_id = ANY($2::uuid[]) OR settled_by = $3)`;
const ANSWERS = `DELETE FROM governance.idempotency_keys WHERE organization_id = $1 AND caller = $2`;

/** Forgets people in the tables of governance. What scores follow from stays as it is. */
@Injectable()
export class PeopleStore {
  constructor(
    private readonly scope: OrganizationScope,
    private readonly outbox: Outbox,
  ) {}

  /**
   * All of it or nothing, with its audit fact.
   * @param owner how the person is called where somebody is proven to have acted
   * @param deadLetters ids of those that name the person
   */
  erase(
    organizationId: string,
    { person, owner, standIn, deadLetters: named }: Forgetting,
    audit: (erased: Erased) => AuditEntry,
  ): Promise<Erased> {
    return this.scope.transaction(organizationId, async (client) => {
      await client.query({ text: "SELECT set_config('statement_timeout', $1, true)", values: [PATIENCE] });
      const changed = async (text: string, values: unknown[]): Promise<number> =>
        (await client.query({ text, values })).rowCount ?? 0;
      const feedback = await changed(FEEDBACK, [organizationId, person, owner, standIn]);
      const events = await changed(EVENTS, [organizationId, person, owner, standIn]);
      const violations = await changed(VIOLATIONS, [organizationId, person, owner, standIn]);
      const reports = await changed(REPORTS, [organizationId, person]);
      await changed(CEILINGS, [organizationId, owner, standIn]);
      const deadLetters = await changed(DEAD_LETTERS, [organizationId, named, owner, standIn]);
      await changed(ANSWERS, [organizationId, owner]);
      const { rows } = await client.query<{ decisions: string }>({
        text: 'SELECT governance.erase_from_decisions($1, $2, $3) AS decisions',
        values: [organizationId, person, standIn],
      });
      const erased = { feedback, events, decisions: Number(rows[0]?.decisions), violations, reports, deadLetters };
      await this.outbox.append(client, audit(erased));
      return erased;
    });
  }
}
