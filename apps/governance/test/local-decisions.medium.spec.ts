import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { DEFAULT_ORGANIZATION, STREAMS } from '@agion/wire';
import { v7 as uuidv7 } from 'uuid';
import { DecisionsUnderTest } from './decisions-under-test.js';
import { POLICIES } from './published-policies.js';

let test: DecisionsUnderTest;
beforeAll(async () => {
  test = await DecisionsUnderTest.start([{ organization: DEFAULT_ORGANIZATION, policies: POLICIES }]);
}, 60_000);
afterAll(() => test.stop());

describe('a decision an SDK made', () => {
  const LOCAL = {
    decision_id: uuidv7(),
    agent_id: 'demo:sdk',
    action: 'read',
    decision: 'allow',
    policy_revision: '2',
  };
  const tell = (fields: object): Promise<unknown> =>
    test.commands.call(
      'XADD',
      STREAMS.decisions,
      '*',
      ...Object.entries({ ...LOCAL, at: new Date().toISOString(), ...fields }).flat(),
    );

  it('joins the ledger once', async () => {
    for (let n = 0; n < 3; n += 1)
      await tell({
        winner: '{"policy":"reading","version":1}',
        policies: '[{"policy":"reading","version":1,"effect":"allow","priority":5},7]',
        context: '{"a":1}',
        arguments: '{"rows":200}',
        execution_id: 'e',
        phase: 'feedback',
        trust_score: '0.5',
      });
    const row = await test.recorded(LOCAL.decision_id);
    expect(row).toMatchObject({
      source: 'local',
      winner_policy: 'reading',
      execution_id: 'e',
      trust_score: 0.5,
      phase: 'feedback',
    });
    expect(await test.shown(LOCAL.decision_id)).toMatchObject({ context: { a: 1 }, arguments: { rows: 200 } });
    expect(row.matched).toEqual([{ policy: 'reading', version: 1, effect: 'allow', priority: 5 }]);
  });

  it('keeps its obligations and what the shadow would have changed, and nothing of what was redacted', async () => {
    const decision_id = uuidv7();
    await tell({
      decision_id,
      context: '{"body":"left in","amount":1}',
      obligations: '[{"type":"redact","path":"context.body"},{"type":"unheard of"}]',
      shadow_decision: 'deny',
      shadow_policies: '[{"policy":"stricter","version":1,"effect":"deny","priority":5}]',
    });
    expect(await test.recorded(decision_id)).toMatchObject({
      obligations: [{ type: 'redact', path: 'context.body' }],
      shadow_decision: 'deny',
    });
    expect(await test.shown(decision_id)).toMatchObject({ context: { body: '[redacted]', amount: 1 } });
  });

  it('opens a violation when it was a denial, on the agent’s own word', async () => {
    const decision_id = uuidv7();
    await tell({ decision_id, decision: 'deny', winner: 'cap' });
    expect(await test.recorded(decision_id)).toMatchObject({ winner_policy: 'cap' });
    expect(await test.rows('SELECT * FROM governance.violations WHERE decision_id = $1', decision_id)).toHaveLength(1);
    expect(await test.rows(`SELECT source FROM governance.trust_events WHERE agent_id = 'demo:sdk'`)).toEqual([
      { source: 'self' },
    ]);
  });

  it('is the first of those that claim one identity, also for what follows from it', async () => {
    const ids = [4, 3, 2, 1].map((before) => uuidv7({ msecs: Date.now() - before }));
    const pipeline = test.commands.pipeline();
    for (let n = 0; n < 100; n += 1) {
      const fields = { ...LOCAL, at: new Date().toISOString(), decision_id: ids[n % 4] ?? '' };
      const first = n < 4;
      pipeline.call(
        'XADD',
        STREAMS.decisions,
        '*',
        ...Object.entries({ ...fields, decision: first ? 'allow' : 'deny', action: first ? 'first' : 'later' }).flat(),
      );
    }
    await pipeline.exec();
    for (const id of ids) expect(await test.recorded(id)).toMatchObject({ decision: 'allow', action: 'first' });
    const followed = await test.rows('SELECT 1 FROM governance.violations WHERE decision_id = ANY($1)', ids);
    expect(followed).toEqual([]);
  });

  it.each([
    ['a character that cannot be kept', { winner: '{"policy":"a\\u0000b","version":1}' }],
    ['half a character', { winner: '{"policy":"a\\ud800b","version":1}' }],
    ['a name that ends in the middle of a character', { winner: `${'x'.repeat(499)}😀` }],
    ['names that end there too', { policies: JSON.stringify([{ policy: `${'x'.repeat(499)}😀`, effect: 'deny' }]) }],
    ['errors that end there too', { errors: JSON.stringify([{ policy: 'x', detail: `${'x'.repeat(499)}😀` }]) }],
  ])('joins it with %s as well', async (_, fields) => {
    const decision_id = uuidv7();
    await tell({ decision_id, decision: 'deny', ...fields });
    expect(await test.recorded(decision_id)).toMatchObject({ source: 'local' });
  });

  it('cannot take the place of one the platform makes', async () => {
    const id = uuidv7();
    await tell({ decision_id: `${id.slice(0, 14)}8${id.slice(15)}` });
    await eventually(async () =>
      expect((await test.entries(`${STREAMS.decisions}:dead`)).at(-1)?.error).toMatch(/decision_id/),
    );
  });

  const HOUR = 3_600_000;
  it.each([
    ['eight days ago', -8 * 24 * HOUR, 'dead'],
    ['six days ago', -6 * 24 * HOUR, 'recorded'],
    ['by a clock that is two hours ahead', 2 * HOUR, 'recorded'],
    ['by one that is two days ahead', 48 * HOUR, 'dead'],
  ])('with an id that was made %s is kept where it belongs, or not at all', async (_, ms, what) => {
    const decision_id = uuidv7({ msecs: Date.now() + ms });
    await tell({ decision_id });
    if (what === 'recorded') await test.recorded(decision_id);
    else
      await eventually(async () => {
        const dead = await test.entries(`${STREAMS.decisions}:dead`);
        const own = dead.find(({ decision_id: id }) => id === decision_id);
        expect(own?.error).toMatch('decision_id must be made when the decision was');
        expect(await test.ledger('decision_id = $1', decision_id)).toEqual([]);
      });
  });
});
