import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import express, { type Express } from 'express';
import { AgionSDK, closeGovernance, GovernanceClient, PolicyViolationError, withGovernance } from '@agion/sdk';
import { eventually } from '@agion/testing';
import { createPolicies } from '../policies.js';
import { type Platform, startPlatform } from '../platform.js';

/** What was promised to people who write agents, pasted here as it was printed: only the hosts are those of this test. */
let platform: Platform;
let operator: string;
const before = { ...process.env };

beforeAll(async () => {
  platform = await startPlatform();
  operator = await platform.person('operator');
  for (const agent of ['nodejs-v1:chart_generator', 'langgraph-v2:my_agent'])
    await platform.call('POST', '/api/v1/agents/register', { body: { agent_id: agent, name: agent } });
}, 60_000);
afterAll(() => platform.stop());
afterEach(() => {
  process.env = { ...before };
});

describe('the architecture decision, on TypeScript', () => {
  let app: Express;
  let server: Server;
  let origin: string;

  beforeAll(() =>
    createPolicies(
      platform,
      { id: 'charts', effect: 'allow', agents: ['nodejs-v1:*'], actions: ['generate_chart', 'get:/charts'] },
      {
        id: 'no_secrets',
        effect: 'deny',
        agents: ['*'],
        condition: 'has(context.query) && context.query == "secrets"',
      },
    ),
  );

  beforeEach(async () => {
    process.env.REDIS_URL = platform.redis.url;
    process.env.AGION_AGENT_CONTAINER_ID = 'nodejs-v1';
    app = express();
    server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    await closeGovernance();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test('asks over Redis Streams with nothing but the environment', async () => {
    const governance = new GovernanceClient();

    // Or use directly
    // prettier-ignore
    const permission = await governance.checkPermission({
      agentId: 'nodejs-v1:chart_generator',
      action: 'generate_chart',
      context: { query: '...' }
    });

    expect(permission).toMatchObject({ allowed: true, decision: 'allow', decidedBy: 'bus' });
    const secret = { agentId: 'nodejs-v1:chart_generator', action: 'generate_chart', context: { query: 'secrets' } };
    expect(await governance.checkPermission(secret)).toMatchObject({ allowed: false, decision: 'deny' });
    await governance.close();
  });

  test('governs a listening Express application with one line', async () => {
    // Use in Express middleware
    app.use(withGovernance('chart_generator'));

    app.get('/charts', (_, response) => void response.send('a chart'));
    app.get('/secrets', (_, response) => void response.send('a secret'));
    const chart = await fetch(`${origin}/charts`);
    expect([chart.status, await chart.text()]).toEqual([200, 'a chart']);
    const secret = await fetch(`${origin}/secrets`);
    expect([secret.status, await secret.json()]).toMatchObject([403, { decision: 'deny' }]);
    await eventually(async () => {
      const path = '/api/v1/decisions?agent_id=nodejs-v1:chart_generator';
      const { body } = await platform.call('GET', path, { token: operator });
      const actions = body.items.map(({ action }: { action: string }) => action);
      expect(actions).toEqual(expect.arrayContaining(['get:/charts', 'get:/secrets']));
    });
  });
});

describe('the connection summary, in TypeScript', () => {
  test('from the first line to the last', async () => {
    await createPolicies(platform, {
      id: 'my_agent',
      effect: 'allow',
      agents: ['langgraph-v2:my_agent'],
      actions: ['action'],
    });
    const made = await platform.call('POST', '/api/v1/prompts', {
      token: operator,
      body: { name: 'Data analysis', location: 'data_analysis', content: 'Look at the data.' },
    });
    expect(made.status).toBe(201);
    const ran: string[] = [];

    const sdk = new AgionSDK({
      agentId: 'langgraph-v2:my_agent',
      gatewayUrl: platform.url, // ← HTTP to Gateway
      redisUrl: platform.redis.url, // ← Direct to Redis
    });

    await sdk.initialize();

    class Agent {
      @sdk.governed('my_agent', 'action')
      async allowed(): Promise<void> {
        await Promise.resolve(ran.push('allowed'));
      }

      @sdk.governed('my_agent', 'another_action')
      async denied(): Promise<void> {
        await Promise.resolve(ran.push('denied'));
      }
    }
    await new Agent().allowed();
    await expect(new Agent().denied()).rejects.toThrow(PolicyViolationError);
    expect(ran).toEqual(['allowed']);

    sdk.events.publishTrustEvent({
      eventType: 'task_completed',
      severity: 'positive',
      impact: 0.05,
    });

    const prompt = await sdk.getPrompt({ location: 'data_analysis' });
    expect(prompt.content).toBe('Look at the data.');

    const metrics = sdk.getMetrics();

    // Policy Engine Metrics
    expect(metrics['policy_engine']['total_evaluations']).toBe(2); // Total checks
    expect(metrics['policy_engine']['average_latency_ms']).toBeGreaterThan(0); // Avg latency

    // Event Client Metrics
    expect(metrics['event_client']['failed']).toBe(0); // Failed count
    const published = metrics['event_client']['published']; // Published count
    expect(published + metrics['event_client']['buffer_size']).toBe(4); // Current buffer: two decisions, a report, an event

    // Cache Metrics
    expect(metrics['cache_sizes']['prompts']).toBe(1); // Cached prompts
    expect(metrics['cache_sizes']['models']).toBe(0); // Cached models

    await sdk.close();
    await eventually(async () => {
      const path = '/api/v1/agents/langgraph-v2:my_agent/trust/events';
      const { body } = await platform.call('GET', path, { token: operator });
      expect(body.items).toContainEqual(expect.objectContaining({ event_type: 'task_completed', impact: 0.05 }));
    });
  });

  test('with its environment variables alone', async () => {
    process.env.AGION_GATEWAY_URL = platform.url;
    process.env.AGION_REDIS_URL = platform.redis.url;
    await using sdk = new AgionSDK({ agentId: 'langgraph-v2:my_agent' });
    await sdk.initialize();
    expect(await sdk.checkPermission({ action: 'anything' })).toMatchObject({ allowed: false, decidedBy: 'local' });
  });
});
