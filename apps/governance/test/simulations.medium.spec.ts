import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, eventually } from '@agion/testing';
import { DEFAULT_ORGANIZATION, STREAMS } from '@agion/wire';
import { v7 as uuidv7 } from 'uuid';
import { type Answer, type Asked, DecisionsUnderTest, person } from './decisions-under-test.js';
import { ACME, POLICIES } from './published-policies.js';

let test: DecisionsUnderTest;
const startedAt = new Date(Date.now() - 1_000).toISOString();
beforeAll(async () => {
  test = await DecisionsUnderTest.start([
    { organization: DEFAULT_ORGANIZATION, policies: POLICIES },
    { organization: ACME, policies: POLICIES },
  ]);
}, 60_000);
afterAll(() => test.stop());

const draft = (spec: object, id = 'cap'): object => ({
  apiVersion: 'agion/v1',
  kind: 'Policy',
  metadata: { id },
  spec: { scope: { agents: ['*'], actions: ['send'] }, effect: 'deny', ...spec },
});
const simulate = (given: object, as = person('operator')): Promise<Answer> =>
  test.call('POST', '/v1/policies/simulate', as, { window: { from: startedAt }, ...given });
const decide = async (asked: Asked): Promise<string> => {
  const { decision_id: id = '' } = await test.answerTo(asked);
  await test.recorded(id);
  return id;
};

describe('a simulation', () => {
  const ids: Record<string, string> = {};
  beforeAll(async () => {
    ids.small = await decide({ agent_id: 'sim:a', action: 'send', context: { amount: 50 } });
    ids.middle = await decide({ agent_id: 'sim:a', action: 'send', context: { amount: 200 } });
    ids.large = await decide({ agent_id: 'sim:b', action: 'send', context: { amount: 900 } });
    ids.bare = await decide({ agent_id: 'sim:b', action: 'read', context: {} });
    ids.ghost = await decide({ agent_id: 'sim:ghost', action: 'send', context: { amount: 1 } });
  });

  it('tells what a stricter draft would have changed, by agent, action and effect', async () => {
    const { status, body } = await simulate({ policy: draft({ condition: 'context.amount > 100', message: 'over' }) });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      complete: true,
      policy_revision: 2,
      decisions: 5,
      changed: 1,
      unchanged: 3,
      undecidable: 0,
      not_by_policy: 1,
      changed_without_draft: 0,
      by_agent: [{ agent_id: 'sim:a', changed: 1, undecidable: 0 }],
      by_action: [{ action: 'send', changed: 1 }],
      by_effect: [{ from: 'allow', to: 'deny', count: 1 }],
      samples: {
        changed: [
          { decision_id: ids.middle, decision: 'allow', would_be: 'deny', today: 'allow', reason: 'over', winner: { policy: 'cap', version: 0 } }, // prettier-ignore
        ],
        undecidable: [],
      },
    });
  });

  it('tells what would come out without a policy, or with several drafts at once', async () => {
    const without = await simulate({ policy: draft({ status: 'archived' }) });
    expect(without.body.by_effect).toEqual([{ from: 'deny', to: 'allow', count: 1 }]);
    const reading = draft(
      { effect: 'deny', scope: { agents: ['*'], actions: ['read'] }, mode: 'shadow' },
      'no_reading',
    );
    const both = await simulate({ policies: [draft({ status: 'archived' }), reading] });
    expect(both.body).toMatchObject({ changed: 2, by_agent: [{ agent_id: 'sim:b', changed: 2 }] });
  });

  it('looks at chosen agents, actions and times alone', async () => {
    const policy = draft({});
    expect((await simulate({ policy, agents: ['sim:b'] })).body).toMatchObject({ decisions: 2, changed: 0 });
    expect((await simulate({ policy, agents: ['*:a'], actions: ['s*'] })).body).toMatchObject({
      decisions: 2,
      changed: 2,
    });
    const [row] = await test.ledger('decision_id = $1', ids.middle);
    const window = { from: startedAt, to: (row?.at as Date).toISOString() };
    expect((await simulate({ policy, window })).body).toMatchObject({ decisions: 1, changed: 1 });
  });

  it('does not guess where an attribute is missing, or what was asked is', async () => {
    const missing = await simulate({ policy: draft({ condition: 'context.country == "xx"' }) });
    expect(missing.body).toMatchObject({ changed: 0, undecidable: 3, undecidable_because: { attribute_missing: 3 } });
    expect(missing.body.samples.undecidable[0]).toMatchObject({
      would_be: null,
      detail: expect.stringMatching(/^`cap`: .*country/),
    });
    // What cannot be told of one policy does not matter where another denies.
    const unclear = draft({ condition: 'context.country == "xx"' }, 'unclear');
    expect((await simulate({ policies: [draft({}), unclear] })).body).toMatchObject({ changed: 2, undecidable: 0 });
    const large = await decide({ agent_id: 'sim:c', action: 'send', context: { amount: 1, text: 'x'.repeat(9_000) } });
    const secret = await decide({
      agent_id: 'sim:c',
      action: 'send',
      context: { amount: 1, to: 'https://a:hunter2hunter2@b.test' },
    });
    const told = {
      decision_id: uuidv7(),
      agent_id: 'sim:c',
      action: 'send',
      decision: 'allow',
      policy_revision: '2',
      trust_score: '0.9',
      context: '{"amount":1}',
    };
    await test.commands.call('XADD', STREAMS.decisions, '*', ...Object.entries({ ...told, at: new Date().toISOString() }).flat()); // prettier-ignore
    await test.recorded(told.decision_id);
    const only = { agents: ['sim:c'] };
    const told3 = { decisions: 3, changed: 1, undecidable: 2 };
    const all = await simulate({ policy: draft({ condition: 'size(context) > 0' }), ...only });
    const because = { inputs_truncated: 1, inputs_redacted: 1 };
    expect(all.body).toMatchObject({ ...told3, undecidable_because: because });
    expect(all.body.samples.changed).toMatchObject([{ decision_id: told.decision_id }]);
    expect(all.body.samples.undecidable.map((one: { decision_id: string }) => one.decision_id)).toEqual([
      secret,
      large,
    ]);
    // That it would come out the same is not known either, of who looks at what is not there any more.
    const there = await simulate({ policy: draft({ condition: 'has(context.to) && context.to.contains("evil")' }), ...only }); // prettier-ignore
    expect(there.body).toMatchObject({ unchanged: 1, changed: 0, undecidable: 2, undecidable_because: because });
    const besides = await simulate({ policy: draft({ condition: 'context.amount > 0' }), ...only });
    expect(besides.body).toMatchObject({ changed: 2, undecidable: 1, undecidable_because: { inputs_truncated: 1 } });
    expect((await simulate({ policy: draft({}), ...only })).body).toMatchObject({ changed: 3, undecidable: 0 });
    // The trust an SDK decided by is recorded; what else it knew is not.
    expect((await simulate({ policy: draft({ condition: 'agent.trust > 0.8' }), ...only })).body).toMatchObject({
      changed: 1,
    });
    expect((await simulate({ policy: draft({ condition: 'agent.tier == "x"' }), ...only })).body).toMatchObject({
      undecidable: 1,
    });
    await asOwner(test.database, (client) =>
      client.query(
        'CREATE TABLE put_aside AS SELECT * FROM governance.decision_inputs; DELETE FROM governance.decision_inputs',
      ),
    );
    const gone = await simulate({ policy: draft({}), ...only });
    expect(gone.body).toMatchObject({ changed: 0, undecidable: 3, undecidable_because: { inputs_gone: 3 } });
    await asOwner(test.database, (client) =>
      client.query('INSERT INTO governance.decision_inputs SELECT * FROM put_aside; DROP TABLE put_aside'),
    );
  });

  it('is of one’s own organization', async () => {
    const theirs = await simulate({ policy: draft({}) }, person('operator', ACME));
    expect(theirs.body).toMatchObject({ decisions: 0 });
  });

  it('is one at a time for an organization, whichever replica is asked', async () => {
    await asOwner(test.database, async (client) => {
      const lock = `SELECT pg_advisory_xact_lock(hashtext('policy simulation'), hashtext('${DEFAULT_ORGANIZATION.id}'))`;
      await client.query('BEGIN');
      await client.query(lock);
      expect(await simulate({ policy: draft({}) })).toMatchObject({
        status: 409,
        body: { type: '/problems/conflict' },
      });
      expect((await simulate({ policy: draft({}) }, person('operator', ACME))).status).toBe(200);
      await client.query('ROLLBACK');
    });
    await eventually(async () => expect((await simulate({ policy: draft({}) })).status).toBe(200));
  });

  it.each([
    ['no policy', {}, '/policy'],
    ['both ways at once', { policy: draft({}), policies: [draft({})] }, '/policy'],
    ['a policy that is none', { policies: [draft({ effect: 'maybe' })] }, '/policies/0/spec/effect'],
    ['one id twice', { policies: [draft({}), draft({})] }, '/policies'],
    [
      'a window that ends before it begins',
      { policy: draft({}), window: { from: '2026-02-01', to: '2026-01-01T00:00:00Z' } },
      '/window/from',
    ],
    ['no window', { policy: draft({}), window: {} }, '/window/from'],
    ['a limit that is too high', { policy: draft({}), limit: 101 }, '/limit'],
    ['agents that are none', { policy: draft({}), agents: [7] }, '/agents'],
    ['a member nobody knows', { policy: draft({}), until: 1 }, '/until'],
  ])('refuses %s', async (_, given, pointer) => {
    const { status, body } = await simulate(given);
    expect([status, body.errors?.map((one: { pointer: string }) => one.pointer)]).toEqual([
      422,
      expect.arrayContaining([pointer]),
    ]);
  });

  it('is for operators', async () => {
    expect((await simulate({ policy: draft({}) }, person('viewer'))).status).toBe(403);
  });
});
