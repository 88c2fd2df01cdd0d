import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, eventually } from '@agion/testing';
import { type Platform, startPlatform } from '../../../e2e/platform.js';
import { createPolicies } from '../../../e2e/policies.js';
import { AgionSDK, type Decision, GovernanceClient } from '../src/index.js';

/** In production nothing is believed that nobody has signed: what an SDK writes to Redis is. */
const AGENT = 'demo:worker';
let platform: Platform;
let token: string;

beforeAll(async () => {
  platform = await startPlatform({ mode: 'production' });
  await createPolicies(platform, {
    id: 'reading',
    effect: 'allow',
    actions: ['read'],
    condition: 'agent.status == "active"',
  });
  const operator = await platform.person('operator');
  const body = { agent_id: AGENT, name: AGENT };
  token = (await platform.call('POST', '/api/v1/agents/register', { token: operator, body })).body.token;
}, 60_000);
afterAll(() => platform?.stop());

const recorded = async (table: string, column: string): Promise<string[]> => {
  const { rows } = await asOwner(platform.database, (client) =>
    client.query<{ id: string }>(`SELECT ${column} AS id FROM governance.${table} WHERE agent_id = $1`, [AGENT]),
  );
  return rows.map(({ id }) => id);
};

describe('an agent in production', () => {
  it('asks over the bus and tells its events over Redis, and all of it is taken in', async () => {
    await using sdk = new AgionSDK({
      agentId: AGENT,
      gatewayUrl: platform.url,
      redisUrl: platform.redis.url,
      token,
    });
    await sdk.initialize();
    const asked = await sdk.checkPermission({ action: 'read' });
    expect(asked).toMatchObject({ allowed: true, decidedBy: 'bus' });
    const denied = await sdk.checkPermission({ action: 'write' });
    expect(denied).toMatchObject({ allowed: false, decidedBy: 'local' });
    const trust = sdk.events.publishTrustEvent({ eventType: 'task_completed', severity: 'positive', impact: 0.05 });
    const report = sdk.events.reportExecution({ action: 'read', status: 'succeeded', decisionId: asked.decisionId });
    await sdk.events.flush();
    await eventually(
      async () => {
        expect(await recorded('trust_events', 'event_id')).toContain(trust.eventId);
        expect(await recorded('execution_reports', 'report_id')).toEqual([report.eventId]);
        expect((await recorded('decisions', 'decision_id')).sort()).toEqual(
          [asked.decisionId, denied.decisionId].sort(),
        );
      },
      { timeoutMs: 15_000 },
    );
  });

  it('is answered over the bus when it asks without a registration, with its token', async () => {
    const governance = new GovernanceClient({
      redisUrl: platform.redis.url,
      registryUrl: platform.url,
      token,
      containerId: 'demo',
    });
    expect(await governance.checkPermission({ agentId: 'worker', action: 'read' })).toMatchObject({
      allowed: true,
      decidedBy: 'bus',
    });
    await governance.close();
  });

  it('is answered by its environment alone, with the token of its container, and with no other', async () => {
    const operator = await platform.person('operator');
    const tokenOf = async (container: string): Promise<string> =>
      (await platform.call('POST', `/api/v1/containers/${container}/tokens`, { token: operator, body: {} })).body.token;
    const before = { ...process.env };
    const asked = async (ownToken: string): Promise<Decision> => {
      Object.assign(process.env, {
        REDIS_URL: platform.redis.url,
        AGION_GATEWAY_URL: platform.url,
        AGION_AGENT_CONTAINER_ID: 'demo',
        AGION_TOKEN: ownToken,
      });
      const governance = new GovernanceClient();
      try {
        return await governance.checkPermission({ agentId: 'worker', action: 'read', timeoutMs: 2_000 });
      } finally {
        process.env = before;
        await governance.close();
      }
    };
    expect(await asked(await tokenOf('demo'))).toMatchObject({ allowed: true, decidedBy: 'bus' });
    expect(await asked(await tokenOf('somebody-else'))).toMatchObject({ allowed: false, unavailable: true });
    expect(await asked('agion_ctr_nobody')).toMatchObject({ allowed: false, unavailable: true });
  });
});
