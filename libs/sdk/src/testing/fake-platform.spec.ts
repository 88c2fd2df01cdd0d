import { afterEach, describe, expect, it } from '@jest/globals';
import { InvalidInputError } from '../input/input.errors.js';
import { FakePlatform, type FakePlatformOptions } from './fake-platform.js';

const open: FakePlatform[] = [];
function made(options?: FakePlatformOptions): FakePlatform {
  const fake = new FakePlatform(options);
  open.push(fake);
  return fake;
}
afterEach(() => Promise.all(open.splice(0).map((fake) => fake.close())));

const policy = (id: string, spec: object): object => ({
  apiVersion: 'agion/v1',
  kind: 'Policy',
  metadata: { id },
  spec: { effect: 'allow', scope: { agents: ['*'], actions: [id] }, ...spec },
});

describe('a fake platform', () => {
  it('takes no policy that the platform would refuse, and says what is wrong with it', () => {
    const wrong = policy('read', { condition: 'context.rows <' });
    expect(() => made({ policies: [policy('fine', {}), wrong] })).toThrow(InvalidInputError);
    expect(() => made({ policies: [policy('fine', {}), wrong] })).toThrow('policies[1]/spec/condition');
  });

  it('takes what is known of actions, and holds agents and policies to it', async () => {
    const schema = { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] };
    const pay = { name: 'pay', risk: 'low' as const, context_schema: schema };
    const low = policy('pay', { condition: 'action.risk == "low"' });
    const fake = made({ actions: [pay], policies: [low] });
    const sdk = await fake.connect({ agentId: 'demo:a' });
    const may = (context: Record<string, unknown>): boolean => sdk.checkLocally({ action: 'pay', context }).allowed;
    expect([may({ amount: 1 }), may({ amount: 'one' }), may({})]).toEqual([true, false, false]);
    expect(() => fake.publish(policy('pay', { condition: 'context.amnt > 5' }))).toThrow('no such key: amnt');
    await fake.describe({ name: 'pay', risk: 'low' });
    expect(may({})).toBe(true);
    await fake.describe({ name: 'pay' });
    expect(may({})).toBe(false);

    await fake.publish(policy('pay', { condition: 'context.anything == 1' }));
    expect(() => fake.describe(pay)).toThrow('pay/spec/condition');
    expect(sdk.checkLocally({ action: 'pay', context: { anything: 1 } }).allowed).toBe(true);
    const wrong = { name: 'pay', risk: 'none' as 'low', context_schema: { type: 'list' } };
    expect(() => made({ actions: [wrong] })).toThrow(/actions\[0\]\/context_schema\/type.*actions\[0\]\/risk/);
  });

  it('has a changed policy, trust or kill switch in force when the call resolves', async () => {
    const fake = made({ policies: [policy('lead', { condition: 'agent.trust >= 0.7' })] });
    const sdk = await fake.connect({ agentId: 'demo:a' });
    const may = (): boolean => sdk.checkLocally({ action: 'lead' }).allowed;
    expect(may()).toBe(false);
    await fake.setTrust('demo:a', 0.8);
    expect(may()).toBe(true);
    await fake.publish(policy('lead', { condition: 'agent.trust >= 0.9' }));
    expect(may()).toBe(false);
    await fake.setTrust('demo:a', 0.95);
    expect(may()).toBe(true);
    await fake.stop();
    expect(may()).toBe(false);
    await fake.resume();
    expect(may()).toBe(true);
    await fake.withdraw('lead');
    expect(may()).toBe(false);
  });

  it('lets time pass, until policies are stale, and makes them fresh again when it is back', async () => {
    const fake = made({ policies: [policy('read', {})] });
    const sdk = await fake.connect({ agentId: 'demo:a', maxStalenessMs: 60_000 });
    fake.goAway();
    await fake.advance(59_000);
    expect(sdk.checkLocally({ action: 'read' }).allowed).toBe(true);
    await fake.advance(2_000);
    expect(sdk.checkLocally({ action: 'read' })).toMatchObject({ allowed: false, unavailable: true });
    await fake.comeBack();
    expect(sdk.checkLocally({ action: 'read' }).allowed).toBe(true);
  });

  it('keeps what agents told, by the names of the wire, and refuses what is about nobody', async () => {
    const fake = made({ policies: [policy('read', {})] });
    const sdk = await fake.connect({ agentId: 'demo:a' });
    const { decisionId } = await sdk.checkPermission({ action: 'read', context: { rows: 3 } });
    sdk.events.publishTrustEvent({ eventType: 'x', severity: 'minor', impact: -0.5, context: { n: 1 } });
    sdk.events.publishTrustEvent({ eventType: 'x', severity: 'minor', impact: 0, agentId: 'demo:nobody' });
    sdk.events.reportExecution({ action: 'read', status: 'failed', decisionId, usage: { tokens: 7 } });
    await sdk.events.flush();
    expect(fake.decisions).toMatchObject([
      { id: decisionId, agentId: 'demo:a', fields: { action: 'read', decision: 'allow', context: { rows: 3 } } },
    ]);
    expect(fake.events).toMatchObject([{ kind: 'trust', fields: { impact: -0.5, context: { n: 1 } } }]);
    expect(fake.reports).toMatchObject([{ fields: { status: 'failed', usage: { tokens: 7 } } }]);
    expect(sdk.getMetrics().event_client).toEqual({ published: 3, failed: 1, dropped: 0, buffer_size: 0 });
  });

  it('knows its agents, their instances and what they have applied', async () => {
    const fake = made({ policies: [policy('read', {})] });
    const [one, other] = [await fake.connect({ agentId: 'demo:a' }), await fake.connect({ agentId: 'demo:a' })];
    await fake.publish(policy('write', {}));
    await fake.setTrust('demo:a', 0.4);
    expect(fake.agents).toMatchObject([{ agentId: 'demo:a', container: 'demo', appliedPolicyRevision: 2 }]);
    expect(fake.agents[0]?.instances.size).toBe(2);
    await one.close();
    expect(fake.agents[0]?.instances.size).toBe(1);
    await other.close();
    expect(fake.agents[0]?.instances.size).toBe(0);
  });

  it('serves prompts, models and resources, and their next versions after a minute', async () => {
    const fake = made({ prompts: { greeting: 'Hello.' }, models: { analysis: { model: 'small-1', provider: 'x' } } });
    const sdk = await fake.connect({ agentId: 'demo:a' });
    expect(await sdk.getPrompt('greeting')).toMatchObject({ content: 'Hello.', version: 1 });
    expect(await sdk.getModel('analysis')).toMatchObject({ model: 'small-1', provider: 'x' });
    fake.configure({ prompts: { greeting: { content: 'Good day.', variables: ['name'] } } });
    expect((await sdk.getPrompt('greeting')).version).toBe(1);
    await fake.advance(61_000);
    await sdk.getPrompt('greeting'); // the last one, while the next is fetched
    await fake.advance(0);
    expect(await sdk.getPrompt('greeting')).toMatchObject({ content: 'Good day.', version: 2, variables: ['name'] });
  });

  it('reads nothing of the environment that leads to a real platform', async () => {
    const before = { ...process.env };
    Object.assign(process.env, {
      REDIS_URL: 'redis://127.0.0.1:1',
      AGION_GATEWAY_URL: 'http://127.0.0.1:1',
      AGION_TOKEN: 'x',
    });
    try {
      const sdk = await made({ policies: [policy('read', {})] }).connect({ agentId: 'demo:a' });
      sdk.events.publishTrustEvent({ eventType: 'x', severity: 'positive', impact: 0.1 });
      await sdk.events.flush();
      expect(sdk.getMetrics().event_client.published).toBe(1);
    } finally {
      process.env = before;
    }
  });
});
