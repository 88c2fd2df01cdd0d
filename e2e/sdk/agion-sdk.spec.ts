import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { AgionSDK, type AgionSDKOptions, NotFoundError, NotInitializedError, PolicyViolationError } from '@agion/sdk';
import { asOwner, eventually, freePorts } from '@agion/testing';
import { type Platform, startPlatform } from '../platform.js';
import { createPolicies } from '../policies.js';

/** The SDK against a whole platform in development mode. */
let platform: Platform;
let operator: string;
const open: AgionSDK[] = [];

beforeAll(async () => {
  platform = await startPlatform();
  operator = await platform.person('operator');
}, 60_000);
afterAll(() => platform.stop());
afterEach(() => Promise.all(open.splice(0).map((sdk) => sdk.close())));

function sdkOf(options: AgionSDKOptions): AgionSDK {
  const sdk = new AgionSDK({ gatewayUrl: platform.url, redisUrl: platform.redis.url, ...options });
  open.push(sdk);
  return sdk;
}

async function initialized(options: AgionSDKOptions): Promise<AgionSDK> {
  const sdk = sdkOf(options);
  await sdk.initialize();
  return sdk;
}

const agent = async (id: string): Promise<Record<string, unknown>> =>
  (await platform.call('GET', `/api/v1/agents/${id}`, { token: operator })).body;

const call = (method: string, path: string, body: object): Promise<unknown> =>
  platform.call(method, path, { token: operator, body }).then((answer) => {
    expect(answer.status).toBeLessThan(300);
    return answer.body as unknown;
  });

const decisionsOf = (id: string): Promise<{ source: string; decision: string; action: string }[]> =>
  asOwner(platform.database, async (client) => {
    const { rows } = await client.query(
      'SELECT source, decision, action FROM governance.decisions WHERE agent_id = $1 ORDER BY at, decision_id',
      [id],
    );
    return rows;
  });

describe('an agent with the SDK', () => {
  test('is registered by initialize(), active, and offline when its last instance has closed', async () => {
    const described = { name: 'Analyst', version: '2.1.0', framework: 'langgraph', capabilities: ['sales'] };
    const sdk = await initialized({ agentId: 'langgraph-v2:analyst', ...described });
    const twin = await initialized({ agentId: 'langgraph-v2:analyst', ...described });
    expect(await agent('langgraph-v2:analyst')).toMatchObject({ ...described, status: 'active', live_instances: 2 });
    await sdk.close();
    expect(await agent('langgraph-v2:analyst')).toMatchObject({ status: 'active', live_instances: 1 });
    await twin.close();
    expect(await agent('langgraph-v2:analyst')).toMatchObject({ status: 'offline', live_instances: 0 });
  });

  test('may do what a policy allows, runs nothing else, and has it in the ledger', async () => {
    await createPolicies(platform, {
      id: 'small_reports',
      effect: 'allow',
      agents: ['demo:reporter'],
      actions: ['send_report'],
      condition: 'arguments.rows <= 1000',
    });
    const sdk = await initialized({ agentId: 'demo:reporter', flushIntervalMs: 50 });
    const send = sdk.governed('reporter', 'send_report')(({ rows }: { rows: number }) => `sent ${rows}`);
    expect(await send({ rows: 200 })).toBe('sent 200');
    const refused = await send({ rows: 90_000 }).catch((error: unknown) => error);
    expect(PolicyViolationError.is(refused) && refused.decision).toMatchObject({
      decision: 'deny',
      decidedBy: 'local',
    });
    await eventually(async () =>
      expect(await decisionsOf('demo:reporter')).toEqual([
        { source: 'local', decision: 'allow', action: 'send_report' },
        { source: 'local', decision: 'deny', action: 'send_report' },
      ]),
    );
    expect(sdk.getMetrics()).toMatchObject({ policy_engine: { total_evaluations: 2, denied: 1, local: 2, remote: 0 } });
  });

  test('follows a change of its policies within a second', async () => {
    const sdk = await initialized({ agentId: 'demo:follower' });
    const question = { action: 'publish' };
    expect(await sdk.checkPermission(question)).toMatchObject({ allowed: false, decidedBy: 'local' });
    const told: number[] = [];
    sdk.on('policies-updated', ({ revision }) => told.push(revision));
    await createPolicies(platform, {
      id: 'publishing',
      effect: 'allow',
      agents: ['demo:follower'],
      actions: ['publish'],
    });
    await eventually(async () => expect(await sdk.checkPermission(question)).toMatchObject({ allowed: true }), {
      timeoutMs: 1_000,
    });
    expect(told).toEqual([sdk.getMetrics().policy_engine.policy_revision]);
  });

  test('fetches what it works with, keeps it, and has what is new within a second of a change', async () => {
    const sdk = await initialized({ agentId: 'demo:worker' });
    const missing = await sdk.getPrompt('data_analysis').catch((error: unknown) => error);
    expect(NotFoundError.is(missing) && missing.problem.hint).toContain('/api/v1/prompts');
    const prompt = { id: 'analysis', name: 'Analysis', location: 'data_analysis', content: 'Look.' };
    await call('POST', '/api/v1/prompts', prompt);
    const model = {
      name: 'M',
      purpose: 'analysis',
      provider: 'openai',
      model: 'gpt-5-mini',
      base_url: 'https://x.test',
    };
    await call('POST', '/api/v1/models', model);
    await call('POST', '/api/v1/resources', { name: 'sales_db', type: 'database', credential_ref: 'env:SALES' });
    expect(await sdk.getPrompt('data_analysis')).toMatchObject({ content: 'Look.', version: 1, variables: [] });
    expect(await sdk.getModel({ purpose: 'analysis' })).toMatchObject({
      model: 'gpt-5-mini',
      baseUrl: 'https://x.test',
    });
    expect(await sdk.getResource('sales_db')).toMatchObject({ type: 'database', credentialRef: 'env:SALES' });
    expect(sdk.getMetrics().cache_sizes).toEqual({ prompts: 1, models: 1, resources: 1 });
    await call('PUT', '/api/v1/prompts/analysis', { ...prompt, id: undefined, content: 'Look twice.' });
    await eventually(async () => expect((await sdk.getPrompt('data_analysis')).content).toBe('Look twice.'), {
      timeoutMs: 1_000,
    });
  });

  test('tells what it did, and is trusted accordingly', async () => {
    const sdk = await initialized({ agentId: 'demo:teller' });
    sdk.events.publishTrustEvent({ eventType: 'task_completed', severity: 'positive', impact: 0.05 });
    sdk.events.publishFeedback({ rating: 5 });
    expect(sdk.getMetrics().event_client.buffer_size).toBe(2);
    await sdk.events.flush();
    expect(sdk.getMetrics().event_client).toEqual({ published: 2, failed: 0, dropped: 0, buffer_size: 0 });
    await eventually(async () => {
      const { body } = await platform.call('GET', '/api/v1/agents/demo:teller/trust/events', { token: operator });
      expect(body.items).toHaveLength(2);
    });
  });

  test('works over HTTP alone: decisions, their record and events', async () => {
    await createPolicies(platform, {
      id: 'http',
      effect: 'allow',
      agents: ['demo:http'],
      condition: 'agent.tier != "untrusted"',
    });
    const sdk = new AgionSDK({ agentId: 'demo:http', gatewayUrl: platform.url });
    open.push(sdk);
    await sdk.initialize();
    expect(await sdk.checkPermission({ action: 'work' })).toMatchObject({ allowed: true, decidedBy: 'http' });
    sdk.events.publishTrustEvent({ eventType: 'task_completed', severity: 'positive', impact: 0.05 });
    await sdk.events.flush();
    expect(sdk.getMetrics().event_client).toMatchObject({ published: 1, failed: 0 });
    expect(await decisionsOf('demo:http')).toEqual([{ source: 'http', decision: 'allow', action: 'work' }]);
  });

  test('asks over streams what it cannot know by itself', async () => {
    await createPolicies(platform, {
      id: 'bus',
      effect: 'allow',
      agents: ['demo:bus'],
      condition: 'agent.tier != "untrusted"',
    });
    const sdk = await initialized({ agentId: 'demo:bus' });
    expect(await sdk.checkPermission({ action: 'work' })).toMatchObject({ allowed: true, decidedBy: 'bus' });
    expect(sdk.checkLocally({ action: 'work' })).toMatchObject({ allowed: false, unavailable: true });
  });

  test('sends what is left when it closes', async () => {
    const sdk = await initialized({ agentId: 'demo:leaver' });
    for (let n = 0; n < 5; n++) await sdk.checkPermission({ action: 'leave' });
    sdk.events.publishTrustEvent({ eventType: 'task_completed', severity: 'positive', impact: 0.05 });
    await sdk.close();
    expect(sdk.getMetrics().event_client).toMatchObject({ published: 6, buffer_size: 0 });
    await eventually(async () => expect(await decisionsOf('demo:leaver')).toHaveLength(5));
  });
});

describe('before it is initialized', () => {
  test('an SDK answers nothing and runs nothing', async () => {
    const sdk = sdkOf({ agentId: 'demo:early' });
    let ran = false;
    const work = sdk.governed('early', 'work')(() => (ran = true));
    for (const early of [
      () => sdk.checkPermission({ action: 'work' }),
      () => sdk.getPrompt('x'),
      () => Promise.resolve().then(() => sdk.events),
      () => Promise.resolve().then(() => sdk.getMetrics()),
      () => Promise.resolve().then(() => sdk.checkLocally({ action: 'work' })),
      () => work(),
    ])
      await expect(early()).rejects.toThrow(NotInitializedError);
    expect(ran).toBe(false);
  });

  test('and after it is closed, with another reason', async () => {
    const sdk = await initialized({ agentId: 'demo:late' });
    await sdk.close();
    await expect(sdk.checkPermission({ action: 'work' })).rejects.toThrow('the sdk is closed');
    await expect(sdk.initialize()).rejects.toThrow('the sdk is closed');
  });
});

describe('initialize()', () => {
  test('throws for a name without a container, and says what to set', async () => {
    await expect(sdkOf({ agentId: 'orphan' }).initialize()).rejects.toThrow('AGION_AGENT_CONTAINER_ID');
  });

  test('completes the name with the id of the container', async () => {
    const sdk = await initialized({ agentId: 'short', containerId: 'nodejs-v1' });
    expect(sdk.agentId).toBe('nodejs-v1:short');
    expect(await agent('nodejs-v1:short')).toMatchObject({ status: 'active', container_id: 'nodejs-v1' });
  });

  test('throws when nobody is there, and may be called again', async () => {
    const [port] = (await freePorts(1)) as [number];
    const sdk = sdkOf({ agentId: 'demo:again', gatewayUrl: `http://127.0.0.1:${port}` });
    for (let attempt = 1; attempt <= 2; attempt++)
      await expect(sdk.initialize()).rejects.toMatchObject({ name: 'ConnectionError', retryable: true });
    await expect(sdk.checkPermission({ action: 'work' })).rejects.toThrow('not initialized');
  });

  test('called twice registers once', async () => {
    const sdk = sdkOf({ agentId: 'demo:twice' });
    await Promise.all([sdk.initialize(), sdk.initialize()]);
    expect(await agent('demo:twice')).toMatchObject({ live_instances: 1 });
  });
});
