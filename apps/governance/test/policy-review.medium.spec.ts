import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { DEFAULT_ORGANIZATION, type Principal } from '@agion/wire';
import { agent, type Answer, DecisionsUnderTest, person } from './decisions-under-test.js';
import { policy } from './policy-calls.js';
import { ACME, POLICIES } from './published-policies.js';

let test: DecisionsUnderTest;
beforeAll(async () => {
  test = await DecisionsUnderTest.start([
    { organization: DEFAULT_ORGANIZATION, policies: POLICIES },
    { organization: ACME, policies: [] },
  ]);
  test.registry.settings = { acme: { policy_review: 'required' } };
  await test.stopReplicas();
  await test.startReplica();
}, 60_000);
afterAll(() => test.stop());

const ada: Principal = person('admin', ACME);
const bob: Principal = { ...ada, subject: 'bob' };
const robot: Principal = { ...ada, kind: 'service_account', subject: 'ci' };
const call = (method: string, path: string, as: Principal, body?: object): Promise<Answer> =>
  test.call(method, `/v1/policies${path}`, as, body);

describe('where policies are reviewed', () => {
  beforeAll(() =>
    // The setting is known within moments.
    eventually(async () => expect((await call('POST', '', ada, policy('probe'))).status).toBe(403)),
  );

  it('nobody puts in force what they have written, and somebody else does', async () => {
    const refused = await call('POST', '', ada, policy('cap'));
    expect(refused).toMatchObject({
      status: 403,
      body: { type: '/problems/forbidden', hint: expect.stringMatching(/status: draft/) },
    });
    expect((await call('POST', '', ada, policy('cap', { status: 'draft' }))).status).toBe(201);
    const own = await call('POST', '/cap/versions/1/activate', ada);
    expect(own).toMatchObject({
      status: 403,
      body: { detail: expect.stringMatching(/^version 1 .* written by these credentials/), version: 1 },
    });
    expect((await call('GET', '/cap', ada)).body.spec.status).toBe('draft');
    expect((await call('POST', '/cap/versions/1/activate', bob)).body).toMatchObject({
      spec: { status: 'active' },
      created_by: 'user:ada',
    });
    await eventually(async () => {
      const { body } = await test.call('GET', '/v1/audit?type=policy.activated', ada);
      expect(body.items).toMatchObject([{ actor: { id: 'bob' }, details: { version: 1, author: 'user:ada' } }]);
    });
  });

  it('the next version waits for somebody else as well, and so do ways back and out', async () => {
    const next = policy('cap', { effect: 'deny' });
    expect((await call('PUT', '/cap', bob, next)).status).toBe(403);
    expect((await call('PUT', '/cap', bob, policy('cap', { status: 'draft' }))).status).toBe(403); // takes it out of force
    expect((await call('PUT', '/cap?activate=false', bob, next)).status).toBe(200);
    expect((await call('POST', '/cap/versions/2/activate', bob)).status).toBe(403);
    expect((await call('POST', '/cap/versions/2/activate', robot)).status).toBe(200);
    expect((await call('POST', '/cap/versions/1/activate', ada)).status).toBe(403);
    expect((await call('POST', '/cap/versions/1/activate', robot)).status).toBe(200);
    expect((await call('DELETE', '/cap', ada)).status).toBe(403);
    expect((await call('DELETE', '/cap', bob)).status).toBe(204);
  });

  it('elsewhere one person is enough', async () => {
    expect((await test.call('POST', '/v1/policies', person('admin'), policy('alone'))).status).toBe(201);
    expect((await test.call('DELETE', '/v1/policies/alone', person('admin'))).status).toBe(204);
  });
});

describe('why something was decided', () => {
  it('is told by the policies, the versions and the default of then, whatever has changed since', async () => {
    const admin = person('admin');
    const asked = async (context: object): Promise<string> => {
      const as = { ...agent('demo:echo'), kind: 'agent' as const };
      const { body } = await test.call('POST', '/v1/governance/check', as, {
        agent_id: 'demo:echo',
        action: 'send',
        context,
      });
      return body.decision_id as string;
    };
    const ids = [await asked({ amount: 900 }), await asked({ amount: 5 })];
    const explained = (): Promise<unknown[]> =>
      Promise.all(ids.map(async (id) => (await test.call('GET', `/v1/decisions/${id}/why`, admin)).body as unknown));
    const before = await explained();
    expect(before).toMatchObject([
      { note: null, decision: { decision: 'deny', policy_revision: expect.any(Number) }, candidates: expect.arrayContaining([expect.objectContaining({ policy: 'cap', version: 1, matched: true })]) },
      { note: null, decision: { decision: 'allow' } },
    ]); // prettier-ignore
    const cap = {
      ...policy('cap', {
        condition: 'context.amount > 1',
        scope: { agents: ['*'], actions: ['send'] },
        effect: 'deny',
        tier: 'organization',
      }),
    };
    expect((await test.call('PUT', '/v1/policies/cap', admin, cap)).status).toBe(200);
    expect((await test.call('DELETE', '/v1/policies/reading', admin)).status).toBe(204);
    expect((await test.call('POST', '/v1/policies', admin, policy('later', { effect: 'deny' }))).status).toBe(201);
    expect(await explained()).toEqual(before);
    test.registry.settings = { default: { version: 1, default_effect: 'allow' } };
    await test.stopReplicas();
    await test.startReplica();
    await eventually(async () => {
      const [state] = await test.rows(
        'SELECT default_effect FROM governance.policy_revisions WHERE organization_id = $1',
        DEFAULT_ORGANIZATION.id,
      );
      expect(state).toEqual({ default_effect: 'allow' });
    });
    expect(await explained()).toEqual(before);
  });
});
