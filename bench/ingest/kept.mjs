import pg from 'pg';
import { Failure } from '../../tools/setup/failure.mjs';

/** What has become of the events. */
export class Kept {
  #client;

  constructor(ending, { ownerUrl }) {
    this.#client = new pg.Pool({ connectionString: ownerUrl, max: 1 });
    ending.atEnd(() => this.#client.end());
  }

  /** @throws Failure when anything is missing or counted twice */
  async verify({ agion, audited, critical, bare, prisma }) {
    const told = {
      'rows of trust events': [
        "SELECT count(*) FROM governance.trust_events WHERE event_id NOT LIKE 'bare%'",
        agion + audited,
      ],
      'events in buckets': ['SELECT sum(count) FROM governance.trust_buckets', agion + audited],
      'ceilings in the trail': [
        "SELECT count(*) FROM governance.audit_events WHERE type = 'trust_ceiling.set'",
        critical,
      ],
      'rows of the bare reader': ['SELECT count(*) FROM bare_statement.events', bare],
      'events in its sums': ['SELECT sum(count) FROM bare_statement.sums', bare],
      'rows of Prisma': ["SELECT count(*) FROM governance.trust_events WHERE event_id LIKE 'bare%'", prisma],
    };
    for (const [what, [text, count]] of Object.entries(told)) {
      const { rows } = await this.#client.query(text);
      const found = Number(Object.values(rows[0])[0]);
      if (found !== count) throw new Failure(`${what}: ${found} instead of ${count}`);
    }
  }
}
