import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { isSignedBy } from '@agion/messaging';
import { asOwner, eventually } from '@agion/testing';
import { type Platform, startPlatform } from '../../../e2e/platform.js';
import { RawRedis } from '../../../e2e/raw-redis.js';
import type { Decision } from '../src/decisions/decision.js';
import { ConfigurationError, ForbiddenError, UnauthorizedError } from '../src/errors.js';
import { BusCheck } from '../src/governance/bus-check.js';
import { GovernanceClient, type GovernanceClientOptions } from '../src/governance/governance-client.js';
import { InvalidInputError } from '../src/input/input.errors.js';

const AGENT = 'demo:charts';
let platform: Platform;
let token: string;
const clients: GovernanceClient[] = [];

beforeAll(async () => {
  platform = await startPlatform();
  const admin = await platform.person('admin');
  const body = {
    apiVersion: 'agion/v1',
    kind: 'Policy',
    metadata: { id: 'small_charts' },
    spec: {
      effect: 'allow',
      scope: { agents: ['demo:*', 'other:*'], actions: ['generate_chart'] },
      condition: 'context.rows <= 100',
    },
  };
  expect((await platform.call('POST', '/api/v1/policies', { token: admin, body })).status).toBe(201);
  for (const id of [AGENT, 'other:charts']) {
    const answer = await platform.call('POST', '/api/v1/agents/register', { body: { agent_id: id, name: id } });
    if (id === AGENT) token = answer.body.token;
  }
}, 60_000);
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});
afterAll(() => platform?.stop());

function client(options: GovernanceClientOptions = {}): GovernanceClient {
  const made = new GovernanceClient(options);
  clients.push(made);
  return made;
}

const WAYS: [string, () => GovernanceClient][] = [
  ['bus', () => client({ redisUrl: platform.redis.url, containerId: 'demo' })],
  ['http', () => client({ governanceUrl: platform.url, token, containerId: 'demo' })],
];

interface Row {
  decision_id: string;
  decision: string;
  source: string;
  reply_to: string | null;
  answered: boolean;
}

const ledger = (): Promise<Row[]> =>
  asOwner(platform.database, async (db) => (await db.query<Row>('SELECT * FROM governance.decisions')).rows);

/** Asks `count` times, fifty at once, every third time for too much. */
async function askOften(asked: GovernanceClient, count: number): Promise<Decision[]> {
  const decisions: Decision[] = [];
  const ask = async (n: number): Promise<void> => {
    const context = { rows: n % 3 === 0 ? 1_000 : 10 };
    decisions.push(
      await asked.checkPermission({ agentId: 'charts', action: 'generate_chart', context, timeoutMs: 30_000 }),
    );
  };
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await ask(next++);
  };
  await Promise.all(Array.from({ length: 50 }, worker));
  return decisions;
}

describe.each(WAYS)('questions over %s', (way, open) => {
  it('are a thousand: each is answered, and in the ledger exactly once', async () => {
    const decisions = await askOften(open(), 1_000);
    expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(666);
    expect(decisions.every(({ unavailable, decidedBy }) => !unavailable && decidedBy === way)).toBe(true);
    const ids = new Set(decisions.map(({ decisionId }) => decisionId));
    expect(ids.size).toBe(1_000);
    await eventually(
      async () => {
        const rows = (await ledger()).filter(({ source }) => source === way);
        expect(rows).toHaveLength(1_000);
        expect(rows.every(({ decision_id: id }) => ids.has(id))).toBe(true);
        expect(rows.filter(({ decision }) => decision === 'allow')).toHaveLength(666);
      },
      { timeoutMs: 20_000 },
    );
  }, 60_000);

  it('get the decision with its reason and its policies', async () => {
    const asked = open();
    const allowed = await asked.checkPermission({ agentId: AGENT, action: 'generate_chart', context: { rows: 1 } });
    expect(allowed).toMatchObject({
      decision: 'allow',
      allowed: true,
      decidedBy: way,
      policies: [{ policy: 'small_charts', version: 1, effect: 'allow' }],
    });
    expect(allowed.policyRevision).toBeGreaterThan(0);
    expect(allowed.trustScore).toBeGreaterThan(0);
    const denied = await asked.checkPermission({ agentId: AGENT, action: 'drop_table' });
    expect(denied).toMatchObject({ decision: 'deny', allowed: false, policies: [] });
    expect(denied.reason).toBe('no policy allows `drop_table` to `demo:charts`');
  });

  it('that the platform would refuse are refused before they are sent', async () => {
    const asked = open();
    const wrong = asked.checkPermission({ agentId: AGENT, action: '', context: { text: 'x'.repeat(300_000) } });
    await expect(wrong).rejects.toThrow(InvalidInputError);
    await expect(asked.checkPermission({ agentId: 'Not An Agent', action: 'x' })).rejects.toThrow(ConfigurationError);
  });

  it('are denied after the client was closed, without an unhandled error', async () => {
    const asked = open();
    const waiting = asked.checkPermission({ agentId: AGENT, action: 'generate_chart', context: { rows: 1 } });
    await asked.close();
    const after = await asked.checkPermission({ agentId: AGENT, action: 'generate_chart' });
    expect(after).toMatchObject({ allowed: false, unavailable: true });
    expect((await waiting).decidedBy).toBe(way);
  });
});

describe('questions over the bus', () => {
  it('are denied when there is no answer in time, and the late one disturbs nobody', async () => {
    const asked = WAYS[0]?.[1]() as GovernanceClient;
    const question = { agentId: AGENT, action: 'generate_chart', context: { rows: 1 } };
    expect((await asked.checkPermission(question)).allowed).toBe(true);
    platform.redis.signal('SIGSTOP');
    try {
      const late = await asked.checkPermission({ ...question, timeoutMs: 300 });
      expect(late).toMatchObject({ allowed: false, unavailable: true, policyRevision: 0, policies: [] });
      expect(late.reason).toBe('the platform did not answer within 300 ms');
    } finally {
      platform.redis.signal('SIGCONT');
    }
    const denied = await asked.checkPermission({ ...question, context: { rows: 1_000 }, timeoutMs: 15_000 });
    expect(denied).toMatchObject({ allowed: false, decidedBy: 'bus' });
    expect(denied.unavailable).toBeUndefined();
  }, 30_000);

  it('are answered on a stream of the client’s own, and those of other containers on the one they share', async () => {
    const [one, other] = [WAYS[0]?.[1](), WAYS[0]?.[1]()] as [GovernanceClient, GovernanceClient];
    const question = { agentId: AGENT, action: 'generate_chart', context: { rows: 1 } };
    const ids = [
      await one.checkPermission(question),
      await other.checkPermission(question),
      await one.checkPermission({ ...question, agentId: 'other:charts' }),
    ].map(({ decisionId }) => decisionId);
    const rows = await eventually(async () => {
      const found = (await ledger()).filter(({ decision_id: id }) => ids.includes(id));
      expect(found).toHaveLength(3);
      return ids.map((id) => found.find(({ decision_id: given }) => given === id)?.reply_to);
    });
    expect(rows[0]).toMatch(/^governance:responses:demo:[0-9a-f-]{36}$/);
    expect(rows[1]).toMatch(/^governance:responses:demo:[0-9a-f-]{36}$/);
    expect(rows[0]).not.toBe(rows[1]);
    expect(rows[2]).toBe('governance:responses');
  });

  it('are signed where the agent’s key can be had, and answered under the signature', async () => {
    const asked = client({ redisUrl: platform.redis.url, containerId: 'demo', registryUrl: platform.url, token });
    const question = { agentId: AGENT, action: 'generate_chart', context: { rows: 1 } };
    const decisions = await Promise.all(Array.from({ length: 20 }, () => asked.checkPermission(question)));
    expect(decisions.every(({ allowed }) => allowed)).toBe(true);
    const redis = await RawRedis.open(platform.redis.url);
    const entries = (await redis.range('governance:requests')).slice(-20);
    redis.close();
    const { body } = await platform.call('GET', `/api/v1/agents/${AGENT}/stream-key`, { token });
    for (const { fields } of entries)
      expect(isSignedBy('governance:requests', fields, body.stream_key as string)).toBe(true);
  });

  it('are denied beyond as many as may wait, instead of filling the memory', async () => {
    const { url: redisUrl } = platform.redis;
    const asked = new BusCheck({ redisUrl, containerId: 'demo', organizationSlug: () => 'default', mostWaiting: 5 });
    const question = { agentId: AGENT, action: 'generate_chart', context: { rows: 1 }, timeoutMs: 300 };
    platform.redis.signal('SIGSTOP');
    const decisions = await Promise.all(Array.from({ length: 50 }, () => asked.check(question)));
    platform.redis.signal('SIGCONT');
    await asked.close();
    const reasons = decisions.map(({ reason }) => reason);
    expect(decisions.every(({ allowed, unavailable }) => !allowed && unavailable)).toBe(true);
    expect(reasons.filter((reason) => reason.includes('too many requests'))).toHaveLength(45);
  });

  it('find the same client again after Redis was away', async () => {
    const asked = WAYS[0]?.[1]() as GovernanceClient;
    const question = { agentId: AGENT, action: 'generate_chart', context: { rows: 1 }, timeoutMs: 15_000 };
    expect((await asked.checkPermission(question)).allowed).toBe(true);
    await platform.redis.stop();
    const away = await asked.checkPermission({ ...question, timeoutMs: 200 });
    expect(away).toMatchObject({ allowed: false, unavailable: true });
    await platform.redis.start();
    await eventually(async () => expect((await asked.checkPermission(question)).allowed).toBe(true), {
      timeoutMs: 20_000,
    });
  }, 60_000);
});

describe('questions over HTTP', () => {
  const question = { agentId: AGENT, action: 'generate_chart', context: { rows: 1 } };

  it('fail with what is to be mended: a token that is none, or somebody else’s', async () => {
    const stranger = client({ governanceUrl: platform.url, token: 'agion_agt_nobody' });
    await expect(stranger.checkPermission(question)).rejects.toThrow(UnauthorizedError);
    const own = client({ governanceUrl: platform.url, token });
    await expect(own.checkPermission({ ...question, agentId: 'other:charts' })).rejects.toThrow(ForbiddenError);
  });

  it('are denied when nobody is there', async () => {
    const away = client({ governanceUrl: 'http://127.0.0.1:9', token });
    const decision = await away.checkPermission(question);
    expect(decision).toMatchObject({ decision: 'deny', allowed: false, unavailable: true, decidedBy: 'http' });
    expect(decision.reason).toContain('cannot be reached');
  });
});
