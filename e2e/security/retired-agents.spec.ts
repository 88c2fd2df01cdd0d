import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@agion/testing';
import { type Platform, startPlatform } from '../platform.js';
import { createPolicies } from '../policies.js';
import { RawRedis } from '../raw-redis.js';
import { openRisk } from './risk.js';
import { SignedAgent } from './signed-agent.js';

/**
 * An agent that was retired has no token any more, but its container's speaks for it and its stream key is known. Whoever decides about
 * it, or believes what it signs, has asked about it a moment ago.
 */
const WITHIN_MS = 2_000;
/** What a busy machine may add to it. */
const SLACK_MS = 3_000;
const TRUST = 'agion:events:trust';

let platform: Platform;
let redis: RawRedis;
let operator: string;
let container: string;
let witness: SignedAgent;
beforeAll(async () => {
  platform = await startPlatform({ mode: 'production', without: ['coordination', 'execution'] });
  redis = await RawRedis.open(platform.redis.url);
  operator = await platform.person('operator');
  await createPolicies(platform, { id: 'everything', effect: 'allow' });
  const issued = await platform.call('POST', '/api/v1/containers/crew/tokens', { token: operator, body: {} });
  container = issued.body.token as string;
  witness = await SignedAgent.register(platform, 'crew:witness');
}, 120_000);
const risk = openRisk('identity', 'retired agents and replaced stream keys, still remembered', async () => {
  expect(await decisionAbout(witness)).toBe('allow');
  expect(await isBelieved(witness)).toBe(true);
});
afterAll(async () => {
  redis?.close();
  await platform?.stop();
});

const call = (path: string, body: object, token = operator) => platform.call('POST', `/api/v1${path}`, { token, body });

async function decisionAbout({ id }: SignedAgent): Promise<string> {
  const { body } = await call('/governance/check', { agent_id: id, action: 'anything' }, container);
  return body.decision as string;
}

/** Whether a signed entry counts: it is evidence, or a dead letter. */
async function isBelieved(agent: SignedAgent): Promise<boolean> {
  const event = agent.trustEvent({ event_id: randomUUID() });
  await redis.append(TRUST, agent.sign(TRUST, event));
  return eventually(async () => {
    const dead = (await redis.range(`${TRUST}:dead`)).some(({ fields }) => fields.event_id === event.event_id);
    const { body } = await platform.call('GET', `/api/v1/agents/${agent.id}/trust/events`, { token: operator });
    const kept = (body.items as { event_id: string }[]).some(({ event_id: id }) => id === event.event_id);
    expect(dead || kept).toBe(true);
    return kept;
  });
}

test('a retired agent is allowed nothing and believed nothing within two seconds', async () => {
  const agent = await SignedAgent.register(platform, 'crew:leaving');
  expect([await decisionAbout(agent), await isBelieved(agent)]).toEqual(['allow', true]);
  expect((await call(`/agents/${agent.id}/retire`, {})).status).toBe(200);
  await risk.attempt(async () => {
    const within = { timeoutMs: WITHIN_MS + SLACK_MS };
    await eventually(async () => expect(await decisionAbout(agent)).toBe('deny'), within);
    await eventually(async () => expect(await isBelieved(agent)).toBe(false), within);
  }, 2);
});

test('a stream key that was replaced without overlap signs nothing within two seconds', async () => {
  const agent = await SignedAgent.register(platform, 'crew:rotating');
  expect(await isBelieved(agent)).toBe(true);
  const rotated = await call(`/agents/${agent.id}/stream-key`, { overlap_seconds: 0 }, agent.token);
  expect(rotated.status).toBe(200);
  await risk.attempt(() =>
    eventually(async () => expect(await isBelieved(agent)).toBe(false), { timeoutMs: WITHIN_MS + SLACK_MS }),
  );
});
