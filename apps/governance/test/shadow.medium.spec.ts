import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_ORGANIZATION, STREAMS } from '@agion/wire';
import { v7 as uuidv7 } from 'uuid';
import { DecisionsUnderTest, person } from './decisions-under-test.js';
import { ACME, POLICIES } from './published-policies.js';

const shadow = (id: string, spec: object): Record<string, unknown> => ({
  apiVersion: 'agion/v1',
  kind: 'Policy',
  metadata: { id },
  spec: { mode: 'shadow', scope: { agents: ['*'], actions: ['send'] }, ...spec },
});

let test: DecisionsUnderTest;
beforeAll(async () => {
  const policies = [
    ...POLICIES,
    shadow('stricter', { effect: 'deny', condition: 'context.amount > 100' }),
    shadow('looser', { effect: 'allow' }),
  ];
  test = await DecisionsUnderTest.start([
    { organization: DEFAULT_ORGANIZATION, policies },
    { organization: ACME, policies: POLICIES },
  ]);
}, 60_000);
afterAll(() => test.stop());

const report = (id: string, query = '', as = person('viewer')) =>
  test.call('GET', `/v1/policies/${id}/shadow${query}`, as);

describe('what a shadow policy would have done', () => {
  it('is counted by day, once for each decision, whoever made it, with the decisions it would have changed', async () => {
    const ids: string[] = [];
    for (const amount of [50, 200, 300, 900]) {
      const { decision_id: id = '' } = await test.answerTo({ action: 'send', context: { amount } });
      await test.recorded(id);
      ids.push(id);
    }
    const told = {
      decision_id: uuidv7(), agent_id: 'demo:sdk', action: 'send', decision: 'allow', policy_revision: '4',
      shadow_decision: 'deny', shadow_policies: '[{"policy":"stricter","version":1,"effect":"deny","priority":500}]',
      at: new Date().toISOString(),
    }; // prettier-ignore
    for (let time = 0; time < 3; time += 1)
      await test.commands.call('XADD', STREAMS.decisions, '*', ...Object.entries(told).flat());
    await test.recorded(told.decision_id);
    const last = await test.answerTo({ action: 'read' });
    await test.recorded(last.decision_id);
    const { status, body } = await report('stricter');
    expect(status).toBe(200);
    expect(body).toMatchObject({ policy_id: 'stricter', mode: 'shadow', would_deny: 4, would_allow: 0, changed: 3 });
    expect(body.days).toEqual([{ day: told.at.slice(0, 10), version: 1, would_deny: 4, would_allow: 0, changed: 3 }]);
    expect(body.samples).toMatchObject([
      { decision_id: told.decision_id, decision: 'allow', shadow_decision: 'deny', agent_id: 'demo:sdk' },
      { decision_id: ids[2] },
      { decision_id: ids[1] },
    ]);
    expect((await report('looser')).body).toMatchObject({ would_allow: 4, changed: 0, samples: [] });
    expect((await report('reading')).body).toMatchObject({ mode: 'enforce', days: [], changed: 0 });
  });

  it('keeps the last twenty of a day', async () => {
    for (let n = 0; n < 25; n += 1) {
      const { decision_id: id } = await test.answerTo({ action: 'send', context: { amount: 400 } });
      if (n === 24) await test.recorded(id);
    }
    expect((await report('stricter', '?days=1')).body).toMatchObject({ changed: 28, samples: { length: 20 } });
  });

  it('is nobody else’s, and nothing of a policy there is not', async () => {
    expect((await report('stricter', '', person('viewer', ACME))).status).toBe(404);
    expect((await report('nothing')).body).toMatchObject({ type: '/problems/policy-not-found' });
    expect((await report('stricter', '?days=0')).status).toBe(422);
  });
});
