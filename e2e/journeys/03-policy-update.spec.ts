import { createHash, createPublicKey, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addOrganization, eventually } from '@agion/testing';
import { misfits } from '../async-api.js';
import { type Answer, type Platform, startPlatform } from '../platform.js';
import { aPolicy, type PolicySketch } from '../policies.js';
import { RawRedis, RawSubscriber } from '../raw-redis.js';

/** Journey 03: docs/journeys/03-policy-update.md */
const AGENT = 'langgraph-v2:chart_generator';
const UPDATES = 'agion:policy:updates';
const BEACON = 'agion:policy:beacon';
/** Milliseconds a subscriber goes on listening after the last change. */
const OBSERVED = process.env.AGION_TEST_LONG === '1' ? 60_000 : 5_000;

interface Notice {
  type: string;
  revision: number;
  agents: string[];
}
interface Synced {
  metadata: { id: string };
  version: number;
}

let platform: Platform;
let redis: RawRedis;
let subscriber: RawSubscriber;
let admin: string;
let agent: string;
/** Every change that was made, by the revision it led to. */
let changes = 0;

beforeAll(async () => {
  platform = await startPlatform();
  [redis, subscriber, admin] = await Promise.all([
    RawRedis.open(platform.redis.url),
    RawSubscriber.open(platform.redis.url, UPDATES, BEACON, `org:acme:${UPDATES}`),
    platform.person('admin'),
  ]);
  const { body } = await platform.call('POST', '/api/v1/agents/register', {
    body: { agent_id: AGENT, name: 'Chart Generator' },
  });
  agent = body.token;
}, 60_000);
afterAll(async () => {
  redis?.close();
  subscriber?.close();
  await platform?.stop();
});

const sync = (query = '', headers: Record<string, string> = {}): Promise<Answer> =>
  platform.call('GET', `/api/v1/policies?agent_id=${AGENT}&status=active${query}`, { token: agent, headers });
const notices = (): Notice[] => subscriber.on<Notice>(UPDATES);

/** Makes one change and waits for its notice. @returns the notice, and milliseconds from the answer to it */
async function change(
  method: string,
  path: string,
  sketch?: PolicySketch,
): Promise<{ answer: Answer; notice: Notice }> {
  const body = sketch && aPolicy(sketch);
  const answer = await platform.call(method, `/api/v1/policies${path}`, { token: admin, ...(body && { body }) });
  expect(answer.status).toBeLessThan(300);
  changes += 1;
  const notice = await eventually(
    () => {
      const last = notices()[changes - 1];
      if (!last) throw new Error(`no notice of change ${changes} (${method} ${path})`);
      return last;
    },
    { timeoutMs: 1_000 },
  );
  return { answer, notice };
}

/** RFC 8785 for what occurs here: text, whole numbers, lists and objects. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join()}}`;
}
const hashOf = (policies: Synced[]): string =>
  `sha256:${createHash('sha256').update(canonical(policies)).digest('hex')}`;

/** Of each policy one, which an agent keeps, and then of all of these. */
function digestOf(policies: Synced[]): string {
  const digests = policies.map((policy) => createHash('sha256').update(canonical(policy)).digest());
  return `sha256:${createHash('sha256').update(Buffer.concat(digests)).digest('hex')}`;
}

describe('an agent that keeps its policies', () => {
  test('reads them whole, and again at the price of a 304', async () => {
    await change('POST', '', {
      id: 'charts',
      effect: 'allow',
      agents: ['langgraph-v2:*'],
      actions: ['generate_chart'],
    });
    await change('POST', '', { id: 'mail', effect: 'deny', agents: ['crewai:*'], actions: ['send_email'] });
    const { status, body, headers } = await sync();
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        revision: 2,
        stopped: false,
        default_effect: 'deny',
        policies: [{ metadata: { id: 'charts' }, version: 1 }],
      },
    });
    expect(await sync('', { 'if-none-match': headers.get('etag') ?? '' })).toMatchObject({ status: 304, body: '' });
  });

  test('hears of a change within a second, exactly once, and then reads something else', async () => {
    const before = await sync();
    const { answer, notice } = await change('PUT', '/charts', {
      id: 'charts',
      effect: 'allow',
      agents: ['langgraph-v2:*'],
      actions: ['generate_chart', 'export_chart'],
    });
    expect(answer.body).toMatchObject({ version: 2 });
    expect(notice).toEqual({ type: 'policy.updated', revision: 3, agents: ['langgraph-v2:*'] });
    const after = await sync('', { 'if-none-match': before.headers.get('etag') ?? '' });
    expect(after).toMatchObject({ status: 200, body: { revision: 3, policies: [{ version: 2 }] } });
  });

  test('can ask only for what has changed, and arrives at the same', async () => {
    const whole = await sync();
    await change('POST', '', {
      id: 'exports',
      effect: 'deny',
      actions: ['export_chart'],
      condition: 'agent.trust < 0.3',
    });
    await change('DELETE', '/charts');
    const { body } = await sync(`&since=${whole.body.revision}`);
    expect(body).toMatchObject({
      since: 3,
      revision: 5,
      removed: ['charts'],
      upserted: [{ metadata: { id: 'exports' } }],
    });
    const kept = (whole.body.policies as Synced[]).filter(({ metadata }) => !body.removed.includes(metadata.id));
    expect(hashOf([...kept, ...body.upserted])).toBe(body.hash);
    expect(digestOf([...kept, ...body.upserted])).toBe(body.digest);
    const now = await sync();
    expect(now.body).toMatchObject({ revision: 5, hash: body.hash });
    expect(await sync('&since=999')).toMatchObject({ status: 410, body: { type: '/problems/revision-gone' } });
  });

  test('need not believe the network: hashes and signatures cover all it was told', async () => {
    const { body } = await sync();
    expect(hashOf(body.policies)).toBe(body.hash);
    const { revision, epoch, stopped, default_effect, hash, signature, digest, actions } = body;
    const state = { organization: 'default', agent_id: AGENT, revision, epoch, stopped, default_effect };
    const said = { ...state, hash };
    const { keys } = (await platform.call('GET', '/.well-known/agion-keys')).body;
    const key = createPublicKey({ key: keys[0], format: 'jwk' });
    const holds = (what: object, by: string = signature): boolean =>
      verify(null, Buffer.from(canonical(what)), key, Buffer.from(by, 'base64url'));
    expect(holds(said)).toBe(true);
    expect(holds({ ...said, agent_id: 'crewai:writer' })).toBe(false);
    expect(holds({ ...said, revision: revision + 1 })).toBe(false);
    expect(digestOf(body.policies)).toBe(digest);
    expect(holds({ ...state, digest, actions }, body.digest_signature)).toBe(true);
    expect(holds({ ...state, digest, actions: [...actions, 'x'] }, body.digest_signature)).toBe(false);
  });

  test('finds the revision in Redis too', async () => {
    await eventually(async () => {
      const kept = JSON.parse(String(await redis.call('GET', `agent:${AGENT}:policies`)));
      expect(kept).toMatchObject({ revision: 5, policies: expect.arrayContaining(['exports']) });
    });
  });
});

describe('what is not a change', () => {
  test('a document with faults is refused with a pointer to each', async () => {
    const faulty = aPolicy({ id: 'faulty', effect: 'deny', condition: 'agent.thrust < 0.5' }) as {
      spec: { effect: string };
    };
    faulty.spec.effect = 'forbid';
    for (const path of ['', '/validate']) {
      const answer = await platform.call('POST', `/api/v1/policies${path}`, { token: admin, body: faulty });
      expect(answer.status).toBe(422);
      const pointers = answer.body.errors.map(({ pointer }: { pointer: string }) => pointer);
      expect(pointers).toEqual(expect.arrayContaining(['/spec/condition', '/spec/effect']));
    }
    expect((await sync()).body.revision).toBe(5);
  });

  test('agents and viewers may not change policies', async () => {
    const body = aPolicy({ id: 'mine', effect: 'allow' });
    for (const token of [agent, await platform.person('viewer')])
      expect(await platform.call('POST', '/api/v1/policies', { token, body })).toMatchObject({ status: 403 });
  });

  test('another organization counts for itself, and each hears only its own', async () => {
    await addOrganization(platform.database, 'acme');
    const token = await platform.person('admin', { organization: 'acme' });
    const body = aPolicy({ id: 'charts', effect: 'allow' });
    expect(await platform.call('POST', '/api/v1/policies', { token, body })).toMatchObject({ status: 201 });
    await eventually(() =>
      expect(subscriber.on(`org:acme:${UPDATES}`)).toEqual([{ type: 'policy.updated', revision: 1, agents: ['*'] }]),
    );
    expect(notices()).toHaveLength(changes);
  });
});

describe('whoever listens', () => {
  test(
    `hears one message for each change and no other, ${OBSERVED / 1_000} s after the last one`,
    async () => {
      const sketch: PolicySketch = { id: 'exports', effect: 'deny', actions: ['export_chart'] };
      for (let round = 0; round < 10; round++) await change('PUT', '/exports', { ...sketch, priority: 100 + round });
      const since = Date.now();
      await eventually(() => expect(Date.now() - since).toBeGreaterThan(OBSERVED), { timeoutMs: OBSERVED + 1_000 });
      expect(notices().map(({ revision }) => revision)).toEqual(Array.from({ length: changes }, (_, at) => at + 1));
      expect(notices().flatMap((notice) => misfits(UPDATES, notice))).toEqual([]);
    },
    OBSERVED + 30_000,
  );

  test('is told the revision each second, so a lost notice costs seconds', () => {
    const beacons = subscriber.messages.filter(({ channel }) => channel === BEACON);
    expect(beacons.length).toBeGreaterThan(OBSERVED / 1_000 - 2);
    const gaps = beacons.slice(1).map(({ at }, index) => at - (beacons[index]?.at ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(3_000);
    const revisions = subscriber.on<{ revision: number; epoch: number }>(BEACON);
    expect(revisions.at(-1)).toEqual({ revision: changes, epoch: 0 });
    expect(revisions.flatMap((beacon) => misfits(BEACON, beacon))).toEqual([]);
  });
});

test('the audit trail says who changed which policy to what', async () => {
  await eventually(async () => {
    const { body } = await platform.call('GET', '/api/v1/audit?subject_id=charts', { token: admin });
    expect(body.items).toHaveLength(3);
    for (const item of body.items)
      expect(item).toMatchObject({
        actor: { id: 'admin@example.test' },
        subject: { id: 'charts' },
        outcome: 'succeeded',
      });
  });
});
