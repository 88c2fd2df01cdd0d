import { asOwner, type TestDatabase } from '@agion/testing';
import type { EventTeller } from './event-teller.js';

/** What became of the events of a run. */
export interface EventCounts extends Record<string, number> {
  /** Acknowledged to their producer. */
  events: number;
  /** Acknowledged, and without a row or not in the sums. */
  lost: number;
  /** In the sums more often than once, or in rows nobody has told. */
  doubled: number;
}

type Sums = ReadonlyMap<string, number>;

/** Events in the sums of each agent. */
export const summed = (database: TestDatabase): Promise<Sums> =>
  asOwner(database, async (client) => {
    const { rows } = await client.query<{ agent: string; events: string }>(
      'SELECT agent_id AS agent, sum(count) AS events FROM governance.trust_buckets GROUP BY 1',
    );
    return new Map(rows.map(({ agent, events }) => [agent, Number(events)]));
  });

const recorded = (database: TestDatabase, prefix: string): Promise<string[]> =>
  asOwner(database, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      'SELECT event_id AS id FROM governance.trust_events WHERE starts_with(event_id, $1)',
      [prefix],
    );
    return rows.map(({ id }) => id);
  });

/** Agents and dimensions whose sums are not those of their rows. */
export const sumsThatDiffer = (database: TestDatabase): Promise<unknown[]> =>
  asOwner(database, async (client) => {
    const { rows } = await client.query(`
      SELECT * FROM (
        SELECT agent_id, dimension, coalesce(sum(weight) FILTER (WHERE severity = 'positive'), 0) AS good,
          coalesce(sum(weight) FILTER (WHERE severity <> 'positive'), 0) AS bad, count(*) AS events
        FROM governance.trust_events GROUP BY 1, 2) AS told
      FULL JOIN (
        SELECT agent_id, dimension, sum(positive) AS good, sum(negative) AS bad, sum(count) AS events
        FROM governance.trust_buckets GROUP BY 1, 2) AS kept USING (agent_id, dimension)
      WHERE (told.good, told.bad, told.events) IS DISTINCT FROM (kept.good, kept.bad, kept.events)`);
    return rows;
  });

/**
 * Holds what is kept against what the producer knows: each acknowledged event has one row, and the sums of each agent have risen by
 * its rows.
 * @param before the sums when the run began
 */
export async function countOf(
  database: TestDatabase,
  { told, acknowledged }: Pick<EventTeller, 'told' | 'acknowledged'>,
  prefix: string,
  before: Sums,
): Promise<EventCounts> {
  const rows = await recorded(database, prefix);
  const now = await summed(database);
  const unheard = rows.filter((id) => !told.has(id)).length;
  const kept = new Set(rows);
  const missing = [...acknowledged].filter((id) => !kept.has(id)).length;
  const expected = Map.groupBy(rows, (id) => told.get(id) ?? '');
  let [less, more] = [0, rows.length - kept.size + unheard];
  for (const agent of new Set([...told.values(), ...now.keys()])) {
    const difference = (now.get(agent) ?? 0) - (before.get(agent) ?? 0) - (expected.get(agent)?.length ?? 0);
    if (difference > 0) more += difference;
    else less -= difference;
  }
  return { events: acknowledged.size, lost: Math.max(missing, less), doubled: more };
}
