import { hostname } from 'node:os';
import { readGroupLag } from '@agion/messaging';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parsePrivateKey, redrivenFields, signEntry } from '@agion/service-kit';
import { eventually } from '@agion/testing';
import { DEFAULT_ORGANIZATION, STREAMS } from '@agion/wire';
import pg from 'pg';
import { decisionIdOf } from '../src/decisions/decision-id.js';
import { DecisionsUnderTest, type Fields } from './decisions-under-test.js';
import { POLICIES } from './published-policies.js';

const REQUESTS = STREAMS.governanceRequests;
const RESPONSES = STREAMS.governanceResponses;

let test: DecisionsUnderTest;
beforeEach(async () => {
  test = await DecisionsUnderTest.start([{ organization: DEFAULT_ORGANIZATION, policies: POLICIES }]);
}, 60_000);
afterEach(() => test?.stop());

const consumer = (): string => `${hostname()}-${test.env.GOVERNANCE_PORT}`;
const idOf = (entry: string): string =>
  decisionIdOf({ organizationId: DEFAULT_ORGANIZATION.id, identity: entry, time: Number(entry.split('-')[0]) });

/** As if the replica had been given these entries in an earlier life, and had crashed with them in hand. */
async function givenBefore(...entries: string[]): Promise<void> {
  await test.commands.call(
    'XCLAIM',
    REQUESTS,
    'governance',
    consumer(),
    0,
    ...entries,
    'FORCE',
    'RETRYCOUNT',
    1,
    'JUSTID',
  );
}

/** Requests that nobody reads for now: the group believes they have been given out. */
async function askedWhileAway(
  ...asked: Parameters<DecisionsUnderTest['ask']>[0][]
): Promise<{ correlation: string; id: string }[]> {
  const requests = [];
  for (const one of asked) requests.push(await test.ask(one));
  await test.commands.call('XGROUP', 'SETID', REQUESTS, 'governance', '$');
  await givenBefore(...requests.map(({ id }) => id));
  return requests;
}

const nothingPending = (): Promise<void> =>
  eventually(async () => expect((await test.commands.xpending(REQUESTS, 'governance'))[0]).toBe(0), {
    timeoutMs: 15_000,
  });

describe('two replicas', () => {
  it('share a thousand requests: each is answered once and stands in the ledger once', async () => {
    await test.startReplica();
    const asked = await Promise.all(
      Array.from({ length: 1_000 }, (_, n) =>
        test.ask({ agent_id: `demo:agent-${n % 7}`, action: n % 10 ? 'read' : 'forbidden', timeout_ms: '60000' }),
      ),
    );
    await eventually(async () => expect(await test.commands.xlen(RESPONSES)).toBe(1_000), { timeoutMs: 20_000 });
    await nothingPending();
    const answers = await test.entries(RESPONSES);
    expect(new Set(answers.map(({ correlation_id: id }) => id))).toEqual(
      new Set(asked.map(({ correlation }) => correlation)),
    );
    const rows = await test.ledger();
    expect(rows.map(({ decision_id: id }) => id).sort()).toEqual(asked.map(({ id }) => idOf(id)).sort());
    expect(rows.filter(({ decision }) => decision === 'deny')).toHaveLength(100);
    for (const table of ['violations', 'trust_events'])
      expect(await test.rows(`SELECT count(*)::int FROM governance.${table}`)).toEqual([{ count: 100 }]);
    expect(await test.rows(`SELECT count(*)::int FROM governance.audit_events WHERE type = 'decision.denied'`)).toEqual(
      [{ count: 100 }],
    );
  });
});

describe('a request that is delivered again', () => {
  it('is decided and answered when nothing was done with it, unless its time is over', async () => {
    await test.stopReplicas();
    const [fresh, late] = await askedWhileAway({ timeout_ms: '60000' }, { timeout_ms: '1' });
    await test.startReplica();
    await nothingPending();
    expect(await test.answers(fresh?.correlation ?? '')).toMatchObject([{ decision: 'allow' }]);
    expect(await test.answers(late?.correlation ?? '')).toMatchObject([{ decision: 'deny', error: 'unavailable' }]);
    expect(await test.ledger('correlation_id = $1', late?.correlation)).toMatchObject([
      { answered: false, decision_id: idOf(late?.id ?? '') },
    ]);
  });

  it('keeps the answer that went out before the crash, whatever policies say now', async () => {
    await test.stopReplicas();
    const [inTime, late] = await askedWhileAway({ timeout_ms: '60000' }, { timeout_ms: '1' });
    for (const request of [inTime, late])
      await test.commands.call(
        'XADD', RESPONSES, '*',
        'correlation_id', request?.correlation ?? '', 'decision_id', idOf(request?.id ?? ''),
        'decision', 'deny', 'allowed', 'false', 'reason', 'as it was', 'policy_revision', '1',
        'policies', '[{"policy":"old","version":4,"effect":"deny","priority":1}]',
      ); // prettier-ignore
    await test.startReplica();
    await nothingPending();
    const answers = await test.answers(inTime?.correlation ?? '');
    expect(answers).toHaveLength(1);
    for (const answer of answers)
      expect(answer).toMatchObject({ decision: 'deny', reason: 'as it was', decision_id: idOf(inTime?.id ?? '') });
    expect(await test.answers(late?.correlation ?? '')).toHaveLength(1);
    for (const request of [inTime, late])
      expect(await test.ledger('correlation_id = $1', request?.correlation)).toMatchObject([
        {
          answered: true,
          decision: 'deny',
          reason: 'as it was',
          winner_policy: 'old',
          winner_version: 4,
          policy_revision: 1,
        },
      ]);
  });

  it('is in the ledger once when only the acknowledgement was lost, and is not answered twice', async () => {
    const asked = await test.ask({ action: 'forbidden', timeout_ms: '60000' });
    await nothingPending();
    await eventually(async () => expect(await test.ledger()).toHaveLength(1));
    await test.stopReplicas();
    await test.rows(`UPDATE governance.policy_revisions SET default_effect = 'allow'`);
    await givenBefore(asked.id);
    await test.startReplica();
    await nothingPending();
    expect((await test.answers(asked.correlation)).map(({ decision }) => decision)).toEqual(['deny']);
    expect(await test.ledger()).toHaveLength(1);
    for (const table of ['violations', 'trust_events', "audit_events WHERE type = 'decision.denied'"])
      expect(await test.rows(`SELECT count(*)::int FROM governance.${table}`)).toEqual([{ count: 1 }]);
  });

  it('by an operator who puts it back is not answered twice, and another way, by who has not answered it', async () => {
    const asked = await test.ask({ action: 'forbidden', timeout_ms: '60000' });
    await nothingPending();
    await eventually(async () => expect(await test.ledger()).toHaveLength(1));
    await test.stopReplicas();
    await test.rows(`UPDATE governance.policy_revisions SET default_effect = 'allow'`);
    const [fields = {}] = await test.entries(REQUESTS);
    const key = parsePrivateKey(test.env.GOVERNANCE_SERVICE_KEY ?? '');
    const back = signEntry(REQUESTS, redrivenFields({ sourceId: asked.id, attempt: 1, fields }), 'governance', key);
    await test.commands.xadd(REQUESTS, '*', ...Object.entries(back).flat());
    await test.startReplica();
    await eventually(async () => expect((await readGroupLag(test.commands, [REQUESTS], 'governance'))[0]?.lag).toBe(0));
    await nothingPending();
    expect((await test.answers(asked.correlation)).map(({ decision }) => decision)).toEqual(['deny']);
    expect(await test.ledger()).toHaveLength(1);
  });
});

describe('while the database is away', () => {
  it('requests are answered once, and written down when it is back', async () => {
    await eventually(async () => expect((await test.answerTo({})).decision).toBe('allow'));
    const owner = new pg.Client(test.database.adminUrl);
    await owner.connect();
    await owner.query('BEGIN; LOCK TABLE governance.decisions IN ACCESS EXCLUSIVE MODE');
    const askedAt = Date.now();
    const asked = await test.ask({ timeout_ms: '2000' });
    await eventually(async () => expect(await test.answers(asked.correlation)).toHaveLength(1));
    // Locks are waited for at most 3 s: by then the first try has failed and the next one has begun.
    await eventually(() => expect(Date.now() - askedAt).toBeGreaterThan(4_500), { timeoutMs: 8_000, intervalMs: 250 });
    await owner.query('COMMIT');
    await owner.end();
    await nothingPending();
    expect(await test.answers(asked.correlation)).toHaveLength(1);
    expect(await test.ledger('correlation_id = $1', asked.correlation)).toMatchObject([
      { answered: true, decision: 'allow' },
    ]);
  }, 40_000);

  it('more of them are answered as unavailable, at once and each, and decided again when it is back', async () => {
    await eventually(async () => expect((await test.answerTo({})).decision).toBe('allow'));
    const owner = new pg.Client(test.database.adminUrl);
    await owner.connect();
    await owner.query('BEGIN; LOCK TABLE governance.decisions IN ACCESS EXCLUSIVE MODE');
    const answered: Fields[] = [];
    await eventually(
      async () => {
        answered.push(await test.answerTo({ timeout_ms: '2000' }));
        expect(answered.at(-1)?.error).toBe('unavailable');
      },
      { timeoutMs: 15_000, intervalMs: 20 },
    );
    const decided = answered.filter(({ error }) => error === undefined);
    for (let more = 0; more < 150; more += 1) {
      const askedAt = Date.now();
      const answer = await test.answerTo({ timeout_ms: '2000' }); // more than may be in hand, and over sweeps
      expect(Date.now() - askedAt).toBeLessThan(2_000);
      expect(answer).toMatchObject({ decision: 'deny', allowed: 'false', error: 'unavailable' });
    }
    await owner.query('COMMIT');
    await owner.end();
    await nothingPending();
    await eventually(async () => expect((await test.answerTo({})).decision).toBe('allow'), { timeoutMs: 10_000 });
    for (const { decision_id: id } of decided)
      expect(await test.recorded(id)).toMatchObject({ answered: true, decision: 'allow' });
    const unavailable = await test.ledger('policy_revision IS NULL');
    expect(unavailable).toEqual([]); // nobody has decided anything
  }, 60_000);
});

it('a request in hand when the process is told to end is answered before it does', async () => {
  const asked = await Promise.all(Array.from({ length: 200 }, () => test.ask({ timeout_ms: '60000' })));
  await test.stopReplicas();
  await test.startReplica();
  await eventually(
    async () => {
      const answered = new Set((await test.entries(RESPONSES)).map(({ correlation_id: id }) => id));
      expect(asked.filter(({ correlation }) => !answered.has(correlation))).toEqual([]);
    },
    { timeoutMs: 15_000 },
  ); // what the first one had not read yet is the other's
  await nothingPending();
  for (const { correlation } of asked) {
    const [answer, ...more] = await test.answers(correlation);
    expect(answer).toMatchObject({ decision: 'allow' });
    expect(more.every(({ decision_id: id }) => id === answer?.decision_id)).toBe(true);
  }
}, 60_000);

it('facts that are late keep nobody else waiting', async () => {
  await eventually(async () => expect((await test.answerTo({})).decision).toBe('allow'));
  test.registry.silent = true; // takes the question and says nothing
  const unheard = await test.ask({ agent_id: 'demo:unheard', timeout_ms: '1500' });
  const [askedAt, known] = [Date.now(), await test.answerTo({ timeout_ms: '1500' })];
  expect(known).toMatchObject({ decision: 'allow' });
  expect(Date.now() - askedAt).toBeLessThan(1_000);
  expect(await test.answers(unheard.correlation)).toEqual([]); // it is still being asked about
  await eventually(async () =>
    expect(await test.answers(unheard.correlation)).toMatchObject([{ error: 'unavailable' }]),
  );
  expect(Date.now() - askedAt).toBeLessThan(1_600);
  test.registry.silent = false;
}, 30_000);
