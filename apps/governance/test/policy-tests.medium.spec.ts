import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { agent, policy } from './policy-calls.js';
import { type Answer, call, person, type RunningGovernance, startGovernance } from './running-governance.js';

let running: RunningGovernance;

beforeAll(async () => {
  running = await startGovernance();
  for (const body of [
    policy('mails', { effect: 'allow', scope: { agents: ['demo:*'], actions: ['send_email'] } }),
    policy('cap', { effect: 'deny', condition: 'context.amount > 500', message: 'too much' }),
  ])
    expect((await call(running.url(), 'POST', '/v1/policies', { body })).status).toBe(201);
}, 60_000);
afterAll(() => running.stop());

const run = (body: unknown, as = person('viewer'), headers = {}): Promise<Answer> =>
  call(running.url(), 'POST', '/v1/policies/test', { as, body, headers });
const pointersIn = ({ status, body }: Answer): unknown[] => [
  status,
  ...(body.errors ?? []).map(({ pointer }: { pointer: string }) => pointer),
];

const CANDIDATE = policy('cap', {
  status: 'draft',
  effect: 'deny',
  scope: { agents: ['demo:*'], actions: ['send_email'] },
  condition: 'context.amount > 100',
  tests: [
    { name: 'large', input: { context: { amount: 200 } }, expect: 'deny' },
    { name: 'small', input: { context: { amount: 50 } }, expect: 'deny' },
  ],
});

describe('tests of policies', () => {
  it('are those a policy brings along, against itself alone', async () => {
    expect(await run({ policy: CANDIDATE })).toMatchObject({
      status: 200,
      body: {
        passed: false,
        against: 'policy',
        policy_revision: null,
        results: [
          { name: 'large', passed: true, expected: 'deny', decision: 'deny', winner: { policy: 'cap', version: 0 } },
          { name: 'small', passed: false, expected: 'deny', decision: 'allow', winner: null },
        ],
      },
    });
  });

  it('are others, against what is in force, with the policy in place of the one of its id', async () => {
    const tests = [
      { name: 'between', input: { context: { amount: 200 } } },
      { name: 'small', input: { context: { amount: 50 } }, expect: 'allow' },
      { name: 'no amount', input: {}, expect: 'deny' },
      { name: 'other action', input: { action: 'delete', context: { amount: 1 } }, expect: 'deny' },
    ];
    const changed = await run({ policy: CANDIDATE, tests, against: 'active' });
    expect(changed.body).toMatchObject({
      passed: true,
      policy_revision: 2,
      results: [
        { passed: null, expected: null, decision: 'deny', failing_terms: ['context.amount > 100'] },
        { passed: true, decision: 'allow', matched: [{ policy: 'mails', version: 1 }] },
        { passed: true, decision: 'deny', errors: [{ policy: 'cap', detail: expect.any(String) }] },
        { passed: true, decision: 'deny', winner: null },
      ],
    });
    const shadow = policy('stricter', { mode: 'shadow', effect: 'deny', condition: 'context.amount > 10' });
    const enforced = await run({ policy: shadow, tests: [{ ...tests[1], expect: 'deny' }], against: 'active' });
    expect(enforced.body).toMatchObject({ passed: true, results: [{ winner: { policy: 'stricter', version: 0 } }] });
    const input = { agent: 'demo:echo', action: 'send_email', context: { amount: 200 } };
    const asItIs = await run({ tests: [{ name: 'between', input, expect: 'deny' }] });
    expect(asItIs.body).toMatchObject({
      passed: false,
      against: 'active',
      results: [{ decision: 'allow', winner: { policy: 'mails', version: 1 } }],
    });
  });

  it('leave no trace: nothing is kept, counted or decided', async () => {
    const sync = await call(running.url(), 'GET', '/v1/policies?agent_id=demo:echo');
    expect(sync.body).toMatchObject({
      revision: 2,
      policies: [{ metadata: { id: 'cap' } }, { metadata: { id: 'mails' } }],
    });
    expect((await call(running.url(), 'GET', '/v1/decisions')).body.items).toEqual([]);
  });

  it('are those of one organization', async () => {
    const tests = [{ name: 'theirs', input: { agent: 'demo:echo', action: 'send_email' }, expect: 'deny' }];
    const { body } = await run({ tests }, person('viewer', running.acme));
    expect(body).toMatchObject({ passed: true, policy_revision: 0, results: [{ winner: null, matched: [] }] });
  });

  it('may be written in YAML', async () => {
    const body =
      'tests:\n  - {name: y, input: {agent: demo:echo, action: send_email, context: {amount: 501}}, expect: deny}';
    const answer = await run(body, person('viewer'), { 'content-type': 'application/yaml' });
    expect(answer.body).toMatchObject({ passed: true, results: [{ reason: 'too much' }] });
  });

  it('have all faults told at once, with pointers', async () => {
    expect(pointersIn(await run('[]'))).toEqual([422, '']);
    expect(pointersIn(await run({}))).toEqual([422, '/tests']);
    expect(pointersIn(await run({ against: 'policy', tests: [], more: 1 }))).toEqual([422, '/more', '/policy']);
    expect(pointersIn(await run({ policy: policy('bare') }))).toEqual([422, '/tests']);
    expect(pointersIn(await run({ policy: policy('p', { effect: 'maybe' }), against: 'all' }))).toEqual([
      422,
      '/policy/spec/effect',
      '/against',
    ]);
    const tests = [{ name: '', input: { agnt: 1 }, expect: 'maybe' }, { name: 'a', input: { agent: { trust: 1 } } }, 5];
    expect(pointersIn(await run({ policy: CANDIDATE, tests })).sort()).toEqual(
      ['/tests/0/expect', '/tests/0/input/agnt', '/tests/0/name', '/tests/2', 422].sort(),
    );
    expect(pointersIn(await run({ tests: [tests[1]] }))).toEqual([
      422,
      '/tests/0/input/agent',
      '/tests/0/input/action',
    ]);
    expect(pointersIn(await run({ policy: policy('p', { message: 'x'.repeat(140_000) }) }))).toEqual([422, '/policy']);
  });

  it('are for people', async () => {
    expect((await run({ policy: CANDIDATE }, agent('demo:echo'))).status).toBe(403);
  });
});
