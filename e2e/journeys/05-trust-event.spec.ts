import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asOwner, eventually } from '@agion/testing';
import { misfits } from '../async-api.js';
import { GovernedAgent } from '../governed-agent.js';
import { type Answer, type Platform, startPlatform } from '../platform.js';
import { createPolicies } from '../policies.js';
import { type Fields, RawRedis } from '../raw-redis.js';
import { eventFields, TrustScene } from '../trust-scene.js';
import { type ModelEvent, modelScore } from '../trust-model.js';

/** Journey 05: docs/journeys/05-trust-event.md */
const TRUST = 'agion:events:trust';
const DIMENSIONS = ['reliability', 'compliance', 'security', 'feedback'] as const;

let platform: Platform;
let redis: RawRedis;
let operator: string;
let scene: TrustScene;

beforeAll(async () => {
  platform = await startPlatform();
  redis = await RawRedis.open(platform.redis.url);
  operator = await platform.person('operator');
  scene = new TrustScene(platform, redis);
}, 60_000);
afterAll(async () => {
  redis?.close();
  await platform?.stop();
});

const newAgent = (name: string): Promise<GovernedAgent> => scene.agent(name);
const send = (...args: Parameters<TrustScene['send']>): Promise<Fields[]> => scene.send(...args);
const recorded = (agent: GovernedAgent): Promise<number> => scene.recorded(agent);
const scoreAfter = (agent: GovernedAgent, events: number): Promise<number> => scene.scoreAfter(agent, events);

const times = (count: number, event: ModelEvent): ModelEvent[] => Array.from({ length: count }, () => event);
const good: ModelEvent = { dimension: 'reliability', severity: 'positive', impact: 0.05, source: 'platform' };

describe('an agent nobody knows anything of', () => {
  test('has 500 of 1,000 points and no confidence in them', async () => {
    expect(await (await newAgent('new')).trust()).toMatchObject({
      score: 500,
      trust_score: 0.5,
      tier: 'standard',
      confidence: 0,
    });
    expect(modelScore([])).toBe(500);
  });
});

describe('events of all kinds', () => {
  test('add up to what a model of twenty lines says, however often each is told', async () => {
    const agent = await newAgent('worker');
    const severities = ['positive', 'positive', 'positive', 'neutral', 'minor', 'major'] as const;
    const events = Array.from({ length: 240 }, (_, index): ModelEvent => ({
      dimension: DIMENSIONS[index % 4] ?? 'reliability',
      severity: severities[index % 6] ?? 'neutral',
      impact: [0.05, 0.01, 0.2, 1, 0][index % 5] ?? 0,
      source: index % 3 === 0 ? 'self' : 'platform',
    }));
    const entries = await send(agent, events, 'all-kinds');
    expect(entries.flatMap((fields) => misfits(TRUST, fields))).toEqual([]);
    const doubled = [...entries.slice(0, 60), ...entries.slice(30, 90), ...entries.toReversed()];
    await redis.appendAll(TRUST, doubled);
    await eventually(async () => expect(await redis.group(TRUST, 'governance')).toMatchObject({ lag: 0, pending: 0 }), {
      timeoutMs: 20_000,
    });
    const score = await scoreAfter(agent, events.length);
    expect(Math.abs(score - modelScore(events))).toBeLessThan(0.1);
    expect((await agent.trust()).confidence).toBeCloseTo(200 / 210, 3);
  });

  test('count for what their channel proves: no field makes an agent its own judge', async () => {
    const agent = await newAgent('boaster');
    const boast = { ...good, source: 'self' } as const;
    const entries = times(3, boast).map((event, index) => ({
      ...eventFields(agent, event, `boast-${index}`),
      source: 'platform',
      reporter: 'execution',
      sig: 'execution.AAAA',
    }));
    await redis.appendAll(TRUST, entries);
    await eventually(async () => expect(await redis.group(TRUST, 'governance')).toMatchObject({ lag: 0, pending: 0 }));
    await eventually(async () => {
      const known = await recorded(agent);
      const dead = Number(await redis.call('XLEN', `${TRUST}:dead`));
      expect(known + dead).toBe(3);
    });
    const score = (await agent.trust()).score as number;
    expect(score).toBeLessThanOrEqual(Math.ceil(modelScore(times(3, boast)) * 10) / 10);
    await redis.call('DEL', `${TRUST}:dead`);
  });
});

describe('the figures of the design', () => {
  test('5,000 trivial successes in one day in one dimension: 582', async () => {
    const agent = await newAgent('farmer');
    const farmed = times(5_000, { ...good, impact: 0.001 });
    await send(agent, farmed, 'farm');
    const score = await scoreAfter(agent, farmed.length);
    expect(Math.abs(score - modelScore(farmed))).toBeLessThan(0.1);
    expect(Math.abs(score - 582)).toBeLessThanOrEqual(3);
  }, 60_000);

  test('one critical event seen by the platform: 299, whatever was good before', async () => {
    const agent = await newAgent('offender');
    const events = [
      ...DIMENSIONS.flatMap((dimension) => times(20, { ...good, dimension })),
      ...times(1, { ...good, dimension: 'security', severity: 'critical' }),
    ];
    await send(agent, events, 'critical');
    expect(await scoreAfter(agent, events.length)).toBe(modelScore(events));
    expect(modelScore(events)).toBe(299);
    expect(await agent.trust()).toMatchObject({ tier: 'untrusted' });
    const sibling = await GovernedAgent.register(platform, redis, 'offenders:sibling');
    await eventually(async () => expect(await sibling.trust()).toMatchObject({ score: 299 }));
  });

  test('farming by self-reports in four dimensions: 699 and not a point more', async () => {
    const agent = await newAgent('narcissus');
    const events = DIMENSIONS.flatMap((dimension) =>
      times(60, { dimension, severity: 'positive', impact: 1, source: 'self' }),
    );
    await send(agent, events, 'self');
    expect(await scoreAfter(agent, events.length)).toBe(699);
    expect(modelScore(events)).toBe(699);
    const { tier } = await agent.trust();
    expect(tier).toBe('standard');
  });
});

describe('what else counts', () => {
  test('feedback of a person, an execution report, a denial: by the mapping', async () => {
    const agent = await newAgent('rated');
    await createPolicies(platform, { id: 'no_mail', effect: 'deny', agents: [agent.id], actions: ['send_email'] });
    const rated = await platform.call('POST', '/api/v1/feedback', {
      token: operator,
      body: { agent_id: agent.id, rating: 5 },
    });
    expect(rated.status).toBeLessThan(300);
    const report = { report_id: 'report-1', agent_id: agent.id, action: 'generate_chart', status: 'succeeded' };
    expect(misfits('executions:reports', report)).toEqual([]);
    await redis.append('executions:reports', report);
    await redis.append('executions:reports', report);
    expect((await agent.askStream({ action: 'send_email' })).decision).toBe('deny');
    const expected: ModelEvent[] = [
      { dimension: 'feedback', severity: 'positive', impact: 0.1, source: 'person' },
      { dimension: 'reliability', severity: 'positive', impact: 0.05, source: 'self' },
      { dimension: 'compliance', severity: 'minor', impact: 0.05, source: 'platform' },
    ];
    const score = await scoreAfter(agent, expected.length);
    expect(Math.abs(score - modelScore(expected))).toBeLessThan(0.1);
  });

  test('events over HTTP follow the same rules: the credentials say whose word it is', async () => {
    const [agent, colleague] = [await newAgent('poster'), await newAgent('colleague')];
    const event = {
      kind: 'trust',
      agent_id: agent.id,
      event_type: 'task_completed',
      severity: 'positive',
      impact: 0.05,
    };
    const tell = (token: string, ...ids: string[]): Promise<Answer> =>
      platform.call('POST', '/api/v1/events', {
        token,
        body: { events: ids.map((event_id) => ({ ...event, event_id })) },
      });
    expect(await tell(agent.token, 'own', 'own')).toMatchObject({ status: 202, body: { received: 2, accepted: 1 } });
    expect(await tell(agent.token, 'own')).toMatchObject({ status: 202, body: { accepted: 0, duplicates: 1 } });
    expect(await tell(colleague.token, 'of-a-peer')).toMatchObject({ status: 202 });
    expect(await tell(operator, 'of-a-person')).toMatchObject({ status: 202 });
    const expected = (['self', 'peer', 'person'] as const).map((source) => ({ ...good, source }));
    expect(Math.abs((await scoreAfter(agent, 3)) - modelScore(expected))).toBeLessThan(0.1);
  });

  test('a list with a bad element is refused whole, and the problem names it', async () => {
    const agent = await newAgent('sloppy');
    const event = {
      kind: 'trust',
      agent_id: agent.id,
      event_type: 'task_completed',
      severity: 'positive',
      impact: 0.05,
    };
    const body = { events: [event, { ...event, severity: 'great' }, { ...event, impact: 2 }] };
    const answer = await platform.call('POST', '/api/v1/events', { token: agent.token, body });
    expect(answer.status).toBe(422);
    const pointers = answer.body.errors.map(({ pointer }: { pointer: string }) => pointer);
    expect(pointers.sort()).toEqual(['/events/1/severity', '/events/2/impact']);
    expect(await recorded(agent)).toBe(0);
  });
});

describe('the score can be questioned', () => {
  test('explain names the largest contributions with their sign, and the ceilings', async () => {
    const { body, status } = await platform.call('GET', '/api/v1/agents/offenders:offender/trust/explain', {
      token: operator,
    });
    expect(status).toBe(200);
    const text = JSON.stringify(body);
    expect(text).toContain('critical');
    expect(text).toContain('299');
    expect(text).toContain('security');
  });

  test('the events recorded are the buckets summed: replay equals what is stored', async () => {
    const sums = (table: string, columns: string): Promise<unknown[]> =>
      asOwner(platform.database, async (client) => {
        const { rows } = await client.query(
          `SELECT agent_id, dimension, ${columns} FROM governance.${table} GROUP BY 1, 2 ORDER BY 1, 2`,
        );
        return rows;
      });
    const replayed = await sums(
      'trust_events',
      "sum(weight) FILTER (WHERE severity = 'positive') AS good, count(*) FILTER (WHERE weight > 0) AS events",
    );
    const stored = await sums('trust_buckets', 'nullif(sum(positive), 0) AS good, sum(count) AS events');
    expect(stored).toEqual(replayed);
  });

  test('and nobody can be found in the dead letters', async () => {
    expect(await redis.call('EXISTS', `${TRUST}:dead`, 'executions:reports:dead', 'agion:events:audit:dead')).toBe(0);
  });
});
