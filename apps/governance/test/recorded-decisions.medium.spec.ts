import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { asOwner } from '@agion/testing';
import { DEFAULT_ORGANIZATION } from '@agion/wire';
import { v7 as uuidv7 } from 'uuid';
import { RecordedDecisionsStore } from '../src/simulation/recorded-decisions.store.js';
import { DecisionsUnderTest } from './decisions-under-test.js';
import { POLICIES } from './published-policies.js';

const AT = new Date();
const DECISIONS = 1_300;

let test: DecisionsUnderTest;
beforeAll(async () => {
  test = await DecisionsUnderTest.start([{ organization: DEFAULT_ORGANIZATION, policies: POLICIES }]);
  const ids = Array.from({ length: DECISIONS }, (_, at) => uuidv7({ msecs: AT.getTime(), seq: at }));
  await asOwner(test.database, (client) =>
    client.query(
      `INSERT INTO governance.decisions (organization_id, decision_id, agent_id, action, decision, matched, reason, source, answered, at)
        SELECT $1::uuid, id, 'sim:a', 'send', 'deny', '[]'::json, 'none', 'http', true, $3::timestamptz
        FROM unnest($2::uuid[]) AS id UNION ALL SELECT $1, $4, 'sim:a', 'send', 'deny', '[]', 'none', 'http', true, $5`,
      [DEFAULT_ORGANIZATION.id, ids, AT, uuidv7(), new Date(AT.getTime() - 1)],
    ),
  );
}, 60_000);
afterAll(() => test?.stop());

/** Ids of a window up to where enough was read, and when that was. */
async function read(to: Date, enough: (seen: number) => boolean): Promise<{ ids: string[]; reached: Date }> {
  const ids: string[] = [];
  let reached = to;
  const store = test.replicas[0]?.app.get(RecordedDecisionsStore);
  const window = { from: new Date(AT.getTime() - 60_000), to, wanted: () => true };
  await store?.inTurn(DEFAULT_ORGANIZATION.id, window, (page, at) => {
    ids.push(...page.map(({ decisionId }) => decisionId));
    reached = at;
    return !enough(ids.length);
  });
  return { ids, reached };
}

it('reads each decision once when a window ends where the one before was enough, however many there are in a millisecond', async () => {
  const first = await read(new Date(AT.getTime() + 1), (seen) => seen >= 600);
  expect(first.reached).toEqual(AT);
  const second = await read(first.reached, () => false);
  expect(first.ids).toHaveLength(DECISIONS);
  expect(new Set([...first.ids, ...second.ids]).size).toBe(DECISIONS + 1);
  expect(second.ids).toHaveLength(1);
});
