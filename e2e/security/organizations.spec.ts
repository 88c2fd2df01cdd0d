import { Channels, connected, createRedis, TopicHub } from '@agion/messaging';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addOrganization, eventually } from '@agion/testing';
import { type Answer, type Platform, startPlatform } from '../platform.js';
import { RawRedis } from '../raw-redis.js';

/** Organizations made while the platform runs, and what their settings do everywhere. */
let platform: Platform;
let redis: RawRedis;
let boss: string;
beforeAll(async () => {
  platform = await startPlatform();
  redis = await RawRedis.open(platform.redis.url);
  boss = await platform.person('admin');
}, 90_000);
afterAll(async () => {
  redis?.close();
  await platform?.stop();
});

const call = (method: string, path: string, token: string, body?: unknown): Promise<Answer> =>
  platform.call(method, `/api/v1${path}`, { token, ...(body !== undefined && { body }) });
const change = (slug: string, body: object, token = boss) =>
  call('PUT', `/organizations/${slug}/settings`, token, body);

/** A new organization with an admin of its own, who is let in. */
async function found(slug: string): Promise<string> {
  expect((await call('POST', '/organizations', boss, { slug, name: slug })).status).toBe(201);
  const admin = await platform.person('admin', { organization: slug });
  await eventually(async () => expect((await call('GET', '/agents', admin)).status).toBe(200));
  return admin;
}

/** An agent and its token. */
async function register(admin: string, agentId: string): Promise<string> {
  const { body, status } = await call('POST', '/agents/register', admin, { agent_id: agentId, name: agentId });
  expect(status).toBe(201);
  return body.token as string;
}

test('what all organizations ask for is told to admins of the platform alone', async () => {
  const numbers = (token: string): Promise<Answer> => platform.call('GET', '/metrics-debug', { token });
  expect((await numbers(await found('curious'))).status).toBe(403);
  expect((await numbers(boss)).status).toBe(200);
});

const check = (agentId: string, token: string) =>
  call('POST', '/governance/check', token, { agent_id: agentId, action: 'send_report' });

async function hear(channel: string): Promise<{ heard: unknown[]; stop: () => void }> {
  const connection = createRedis({ url: platform.redis.url, role: 'command', name: 'test' });
  await connected(connection);
  const hub = new TopicHub({ redisUrl: platform.redis.url, name: 'test' });
  const heard: unknown[] = [];
  await new Promise<void>((onReady) => {
    new Channels(connection, hub).subscribe(channel, { notice: (notice) => heard.push(notice), onReady });
  });
  return {
    heard,
    stop: () => {
      hub.close();
      connection.disconnect();
    },
  };
}

test('a new organization’s people, streams and trail work within seconds, without a restart', async () => {
  const begun = Date.now();
  const admin = await found('fresh');
  await register(admin, 'crew:worker');
  const event = {
    agent_id: 'crew:worker',
    event_type: 'task',
    severity: 'positive',
    impact: '0.1',
    event_id: 'fresh-1',
  };
  await redis.append('org:fresh:agion:events:trust', event);
  await eventually(async () => {
    const { body } = await call('GET', '/agents/crew:worker/trust/events', admin);
    expect(body.items).toHaveLength(1);
  });
  await eventually(async () => {
    const { body } = await call('GET', '/audit?type=agent.registered', admin);
    expect(body.items).toHaveLength(1);
  });
  expect(Date.now() - begun).toBeLessThan(25_000);
  expect((await call('GET', '/agents/crew:worker', boss)).status).toBe(404);
});

test('an organization nobody announced is found by looking', async () => {
  await addOrganization(platform.database, 'quiet');
  const admin = await platform.person('admin', { organization: 'quiet' });
  await eventually(async () => expect((await call('GET', '/agents', admin)).status).toBe(200));
  await register(admin, 'crew:worker');
  await eventually(
    async () => {
      const { body } = await call('GET', '/audit?type=agent.registered', admin);
      expect(body.items).toHaveLength(1);
    },
    { timeoutMs: 15_000 },
  );
});

describe('the default effect', () => {
  test('reaches documents and decisions as a revision with a notice, and earlier decisions stay explained', async () => {
    const admin = await found('open');
    const token = await register(admin, 'crew:asker');
    const denied = await check('crew:asker', token);
    expect(denied.body).toMatchObject({ decision: 'deny' });
    const why = () => call('GET', `/decisions/${denied.body.decision_id}/why`, admin);
    const explained = await eventually(async () => {
      const answer = await why();
      expect(answer.status).toBe(200);
      return answer;
    });
    const before = (await call('GET', '/policies?agent_id=crew:asker', token)).body;
    expect(before).toMatchObject({ default_effect: 'deny' });

    const { heard, stop } = await hear('org:open:agion:policy:updates');
    expect((await change('open', { default_effect: 'allow' }, admin)).body).toMatchObject({ version: 1 });
    const after = await eventually(async () => {
      const { body } = await call('GET', '/policies?agent_id=crew:asker', token);
      expect(body.default_effect).toBe('allow');
      return body;
    });
    expect(after.revision).toBe(before.revision + 1);
    expect(after.signature).not.toBe(before.signature);
    await eventually(() =>
      expect(heard).toEqual([{ type: 'policy.updated', revision: after.revision, agents: ['*'] }]),
    );
    stop();
    expect((await check('crew:asker', token)).body).toMatchObject({
      decision: 'allow',
      policy_revision: after.revision,
    });
    const since = await call('GET', `/policies?agent_id=crew:asker&since=${before.revision}`, token);
    expect(since.body).toMatchObject({ revision: after.revision, default_effect: 'allow', upserted: [], removed: [] });

    expect((await why()).body).toEqual(explained.body);
    await eventually(async () => {
      const { body } = await call('GET', '/audit?type=policies.default_effect_changed', admin);
      expect(body.items).toMatchObject([{ details: { default_effect: 'allow', revision: after.revision } }]);
    });
    expect((await change('open', { default_effect: 'deny' }, admin)).status).toBe(200);
    await eventually(async () => expect((await check('crew:asker', token)).body.decision).toBe('deny'));
  });
});

describe('the limits of an organization', () => {
  test('of policies and runs answer with what to do about it, and only there', async () => {
    const admin = await found('tight');
    expect((await change('tight', { quotas: { policies: 1, runs: 1 } })).status).toBe(200);
    const policy = (id: string) => ({
      apiVersion: 'agion/v1',
      kind: 'Policy',
      metadata: { id },
      spec: { effect: 'allow', scope: { agents: ['crew:*'], actions: ['send_report'] } },
    });
    expect((await call('POST', '/policies', admin, policy('first'))).status).toBe(201);
    await eventually(async () => {
      const { body } = await call('POST', '/policies', admin, policy(`next-${Date.now()}`));
      expect(body).toMatchObject({ status: 403, type: '/problems/quota-exceeded', quota: 'policies', limit: 1 });
    });
    const run = () => call('POST', '/runs', admin, { messages: [{ role: 'user', content: 'hello' }] });
    const runs = [await run(), await run()];
    expect(runs.map(({ status }) => status)).toEqual([expect.any(Number), 403]);
    expect(runs[0]?.status).toBeLessThan(300);
    expect(runs[1]?.body).toMatchObject({ type: '/problems/quota-exceeded', hint: expect.any(String) });
    expect((await call('POST', '/policies', boss, policy('elsewhere'))).status).toBe(201);
  });

  test('of requests in a minute are shared by all its callers, and by nobody else', async () => {
    const admin = await found('slow');
    const viewer = await platform.person('viewer', { organization: 'slow' });
    expect((await change('slow', { requests_per_minute: 20 })).status).toBe(200);
    const limited = await eventually(async () => {
      const answer = await call('GET', '/agents', viewer);
      expect(answer.status).toBe(429);
      return answer;
    });
    expect(limited.body).toMatchObject({ detail: expect.stringContaining('organization') });
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await call('GET', '/agents', admin)).status).toBe(429);
    expect((await call('GET', '/agents', boss)).status).toBe(200);
    expect((await change('slow', { requests_per_minute: null })).status).toBe(200);
    await eventually(async () => expect((await call('GET', '/agents', admin)).status).toBe(200));
  });
});

test('credentials of an organization see and change nothing of another', async () => {
  const [mine, theirs] = [await found('mine'), await found('theirs')];
  const account = await call('POST', '/service-accounts', theirs, { name: 'ci', role: 'admin' });
  const their = account.body.issued.token as string;
  for (const token of [mine, boss]) {
    expect((await call('DELETE', `/service-accounts/${account.body.id}`, token)).status).toBe(404);
    expect((await call('POST', `/service-accounts/${account.body.id}/token`, token, {})).status).toBe(404);
  }
  expect((await call('GET', '/organizations/theirs/settings', mine)).status).toBe(404);
  expect((await change('theirs', { default_effect: 'allow' }, mine)).status).toBe(404);
  expect((await call('POST', '/organizations', mine, { slug: 'more', name: 'more' })).status).toBe(403);
  expect((await call('GET', '/organizations', their)).status).toBe(403);
  expect((await call('GET', '/organizations/theirs/settings', their)).body).toMatchObject({ version: 0 });
  expect((await call('GET', '/service-accounts', their)).body.items).toMatchObject([{ name: 'ci' }]);
});
