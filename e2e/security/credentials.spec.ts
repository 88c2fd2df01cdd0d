import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gateway } from '@agion/gateway';
import { type RunningService, startService } from '@agion/service-kit';
import { asOwner, eventually } from '@agion/testing';
import { DEFAULT_ORGANIZATION } from '@agion/wire';
import { type EventReader, openEvents } from '../event-reader.js';
import { type Answer, type Platform, startPlatform } from '../platform.js';
import { openRisk } from './risk.js';

/** Stored credentials at two gateways: what they reach, and how they end. */
const WITHIN_MS = 2_000;
/** What a busy machine may add to a promise of two seconds. */
const SLACK_MS = 3_000;

let platform: Platform;
let second: RunningService;
let silent: Server;
let origins: readonly [string, string];
let admin: string;

beforeAll(async () => {
  silent = createServer(() => undefined).listen(0, '127.0.0.1'); // a model that thinks for ever
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  platform = await startPlatform({
    env: { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`, OPENAI_MODEL: 'slow', GATEWAY_FAILURE_LIMIT: '1000' },
  });
  second = await startService(gateway, { env: { ...platform.env, GATEWAY_PORT: '0', METRICS_PORT: '0' } });
  origins = [platform.url, second.url];
  admin = await platform.person('admin');
}, 90_000);
afterAll(async () => {
  silent?.closeAllConnections(); // first: a stop waits for turns that wait for it
  silent?.close();
  await second?.close();
  await platform?.stop();
}, 90_000);

interface Account {
  id: string;
  token: string;
  keyId: string;
}

async function account(name: string, body: object = {}): Promise<Account> {
  const answer = await api('POST', '/service-accounts', admin, { name, role: 'operator', ...body });
  expect(answer.status).toBe(201);
  const { id, issued } = answer.body as { id: string; issued: { token: string; key_id: string } };
  return { id, token: issued.token, keyId: issued.key_id };
}

async function api(
  method: string,
  path: string,
  token?: string,
  body?: unknown,
  origin = platform.url,
): Promise<Answer> {
  const response = await fetch(`${origin}/api/v1${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

const statuses = (token: string): Promise<number[]> =>
  Promise.all(origins.map(async (origin) => (await api('GET', '/agents', token, undefined, origin)).status));

/** An event stream at each gateway, and when each of them ended. */
async function openStreams(token: string): Promise<{ readers: EventReader[]; ended: Promise<number[]> }> {
  const headers = { authorization: `Bearer ${token}` };
  const readers = await Promise.all(origins.map((origin) => openEvents(`${origin}/ag-ui/events`, { headers })));
  expect(readers.map(({ status }) => status)).toEqual([200, 200]);
  const ended = Promise.all(readers.map((reader) => reader.rest().then(() => Date.now())));
  return { readers, ended };
}

/** A ticket for one stream, and what the stream is answered with. */
const ticketOf = async (token: string): Promise<string> =>
  (await api('POST', '/stream-tickets', token)).body.ticket as string;

async function statusWith(ticket: string, origin: string): Promise<number> {
  const reader = await openEvents(`${origin}/ag-ui/events?ticket=${ticket}`);
  reader.drop();
  return reader.status;
}

/** Changes a credential behind the platform's back: no notice tells anybody, as when Pub/Sub has lost it. */
const silently = (set: string, keyId: string): Promise<void> =>
  asOwner(platform.database, async (client) => {
    await client.query("SELECT set_config('app.organization_id', $1, false)", [DEFAULT_ORGANIZATION.id]);
    const { rowCount } = await client.query(`UPDATE registry.credentials SET ${set} WHERE key_id = $1`, [keyId]);
    expect(rowCount).toBe(1);
  });

describe('credentials that end', () => {
  const risk = openRisk('identity', 'ended credentials: two gateways, HTTP, SSE and tickets', async () => {
    const one = await account(`control-${Date.now()}`);
    expect(await statuses(one.token)).toEqual([200, 200]);
    const { readers, ended } = await openStreams(one.token);
    for (const reader of readers) reader.drop();
    await ended.catch(() => undefined);
  });

  test.each<[string, (one: Account) => Promise<unknown>]>([
    ['deleted, with a notice', ({ id }) => api('DELETE', `/service-accounts/${id}`, admin)],
    [
      'rotated without overlap',
      ({ id }) => api('POST', `/service-accounts/${id}/token`, admin, { overlap_seconds: 0 }),
    ],
    ['revoked, and nobody heard of it', ({ keyId }) => silently('revoked_at = now()', keyId)],
    ['expired earlier than they said', ({ keyId }) => silently('expires_at = now()', keyId)],
  ])('%s are refused by every gateway, and their streams closed, within two seconds', async (how, end) => {
    const one = await account(how.replace(/[^a-z]+/g, '-'));
    const witness = await account(`witness-${how.replace(/[^a-z]+/g, '-')}`);
    expect(await statuses(one.token)).toEqual([200, 200]);
    const [theirs, witnessed] = [await openStreams(one.token), await openStreams(witness.token)];

    const tickets = await Promise.all(origins.map(() => ticketOf(one.token)));

    await end(one);
    const begun = Date.now();
    await risk.attempt(async () => {
      const refused = eventually(async () => {
        expect(await statuses(one.token)).toEqual([401, 401]);
        return Date.now();
      });
      const times = [await refused, ...(await theirs.ended)].map((at) => at - begun);
      expect(Math.max(...times)).toBeLessThan(WITHIN_MS + SLACK_MS);
      for (const reader of theirs.readers) expect(reader.text()).toContain('the credentials are no longer valid');
      expect(await Promise.all(origins.map((origin, i) => statusWith(tickets[i] ?? '', origin)))).toEqual([401, 401]);
    }, 6);
    expect(await statusWith(await ticketOf(witness.token), origins[1])).toBe(200);

    expect(await statuses(witness.token)).toEqual([200, 200]);
    for (const reader of witnessed.readers) {
      expect(reader.text()).not.toContain('no longer valid');
      reader.drop();
    }
    await witnessed.ended.catch(() => undefined);
  });
});

describe('a token with scopes', () => {
  test('reaches the routes of its scopes and no other, whatever its role', async () => {
    const { token } = await account('narrow', { scopes: ['config:read'] });
    expect((await api('GET', '/prompts', token)).status).toBe(200);
    for (const [method, path] of [
      ['GET', '/agents'],
      ['POST', '/prompts'],
      ['GET', '/audit'],
      ['POST', '/enrollments'],
    ] as const) {
      const answer = await api(method, path, token, method === 'POST' ? {} : undefined);
      expect(answer.body).toMatchObject({
        status: 403,
        detail: expect.stringMatching(/needs the scope `[a-z]+:[a-z]+`/),
      });
    }
    expect((await api('GET', '/agents', (await account('broad')).token)).status).toBe(200);
  });
});

const exchange = (token: string, origin = platform.url) =>
  api('POST', '/enrollments/exchange', undefined, { enrollment_token: token }, origin);

describe('an enrollment', () => {
  const risk = openRisk('identity', 'enrollment tokens: twice, and not a credential', async () => {
    const made = await api('POST', '/enrollments', admin, { container_id: 'control' });
    const { body, status } = await exchange(made.body.enrollment_token as string);
    expect(status).toBe(201);
    expect((await api('GET', '/agents', body.token as string)).status).toBe(200);
  });

  test('gives one of twenty who ask at two gateways a token of the container, and the others all the same answer', async () => {
    const made = await api('POST', '/enrollments', admin, { container_id: 'fleet', scopes: ['agents:register'] });
    const token = made.body.enrollment_token as string;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => exchange(token, origins[i % 2 === 0 ? 0 : 1])),
    );
    const good = answers.filter(({ status }) => status === 201);
    await risk.attempt(() => {
      expect(good).toHaveLength(1);
      const refused = answers
        .filter(({ status }) => status !== 201)
        .map(({ body: { trace_id: _, ...rest } }) => JSON.stringify(rest));
      expect(refused).toHaveLength(19);
      expect(new Set(refused).size).toBe(1);
      expect(JSON.parse(refused[0] ?? '{}')).toMatchObject({ status: 401, type: '/problems/unauthenticated' });
    }, 19);
    const container = good[0]?.body.token as string;
    const registered = await api('POST', '/agents/register', container, { agent_id: 'fleet:one', name: 'One' });
    expect(registered.status).toBe(201);
    expect(registered.body).not.toHaveProperty('stream_key');
    expect((await api('GET', '/agents', container)).status).toBe(403);
    await risk.attempt(async () => {
      expect((await exchange(token)).status).toBe(401);
      expect((await api('GET', '/agents', token)).status).toBe(401);
    }, 2);
  });
});

describe('the exchange of enrollment tokens', () => {
  test('takes a body of its own shape only', async () => {
    for (const body of [{}, { enrollment_token: 1 }, { enrollment_token: 'x', role: 'admin' }, []])
      expect((await api('POST', '/enrollments/exchange', undefined, body)).status).toBe(422);
    expect((await exchange('x')).status).toBe(401);
  });

  test('counts guesses like failed sign-ins: after so many the address has to wait', async () => {
    const answers: number[] = [];
    while (answers.at(-1) !== 429 && answers.length < 1_500)
      answers.push(
        ...(await Promise.all(Array.from({ length: 50 }, () => exchange('guess')))).map(({ status }) => status),
      );
    expect(answers.at(-1)).toBe(429);
    expect(answers.filter((status) => status !== 429).every((status) => status === 401)).toBe(true);
    const made = await api('POST', '/enrollments', admin, { container_id: 'late' });
    expect((await exchange(made.body.enrollment_token as string)).status).toBe(429);
  });
});
