import { generateKeyPairSync } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRedis, type RedisConnection } from '@agion/messaging';
import { eventually, startRedis, testEnvironment, type TestRedis } from '@agion/testing';
import { DEFAULT_ORGANIZATION, HEADERS, type Principal, type Problem, type ServiceName } from '@agion/wire';
import { AssertionSigner, parsePrivateKey, type RunningService, startService } from '@agion/service-kit';
import { sample } from './sample-service.js';

let redis: TestRedis;
let service: RunningService;
let client: RedisConnection;
let env: Record<string, string>;
const lines: string[] = [];

const caller: Principal = {
  kind: 'user',
  subject: 'ada',
  organization: DEFAULT_ORGANIZATION,
  role: 'viewer',
  groups: [],
};

function assertion(as: ServiceName = 'gateway', to: ServiceName = 'governance', principal = caller): string {
  return new AssertionSigner(as, parsePrivateKey(env[`${as.toUpperCase()}_SERVICE_KEY`] ?? '')).sign(to, principal);
}

function ask(path: string, init: RequestInit = {}, signed: string | null = assertion()): Promise<Response> {
  const headers = {
    ...(signed !== null && { [HEADERS.assertion]: signed }),
    'content-type': 'application/json',
    ...init.headers,
  };
  return fetch(`${service.url}${path}`, { ...init, headers });
}

async function problem(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  return (await response.json()) as Problem;
}

const post = (body: string | object): RequestInit => ({
  method: 'POST',
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

beforeAll(async () => {
  redis = await startRedis();
  env = {
    ...(await testEnvironment({ databaseUrl: 'postgresql://nobody@127.0.0.1:1/none', redisUrl: redis.url })),
    LOG_LEVEL: 'info',
  };
  service = await startService(sample, { env, logStream: { write: (line: string) => void lines.push(line) } });
  client = createRedis({ url: redis.url, role: 'command', name: 'test' });
  await eventually(() => expect(client.status).toBe('ready'));
});

afterAll(async () => {
  client.disconnect();
  await service.close();
  await redis.stop();
});

describe('identity', () => {
  test('a signed caller is let in and known by name', async () => {
    const response = await ask('/v1/notes');
    expect(await response.json()).toEqual({ caller: 'ada', limit: 5 });
  });

  const strangers: [string, () => string | null][] = [
    ['no assertion', () => null],
    ['an assertion for another service', () => assertion('gateway', 'registry')],
    ['a user asserted by a service that is not the gateway', () => assertion('registry')],
    [
      'a key nobody listed',
      () => new AssertionSigner('gateway', generateKeyPairSync('ed25519').privateKey).sign('governance', caller),
    ],
    [
      'an expired assertion',
      () =>
        new AssertionSigner('gateway', parsePrivateKey(env.GATEWAY_SERVICE_KEY ?? ''), () => Date.now() - 120_000).sign(
          'governance',
          caller,
        ),
    ],
    [
      'an assertion from the future',
      () =>
        new AssertionSigner('gateway', parsePrivateKey(env.GATEWAY_SERVICE_KEY ?? ''), () => Date.now() + 60_000).sign(
          'governance',
          caller,
        ),
    ],
    ['a changed principal', () => tampered(assertion())],
    ['not an assertion at all', () => 'x.y.z'],
  ];
  test.each(strangers)('%s is refused', async (_, signed) => {
    const response = await ask('/v1/notes', {}, signed());
    expect(response.status).toBe(401);
    expect((await problem(response)).type).toBe('/problems/unauthenticated');
  });

  test.each([
    ['has expired', -120_000],
    ['is not valid yet', 120_000],
  ])('one that %s is told so: the clocks of two services differ', async (what, offMs) => {
    const key = parsePrivateKey(env.GATEWAY_SERVICE_KEY ?? '');
    const signed = new AssertionSigner('gateway', key, () => Date.now() + offMs).sign('governance', caller);
    expect(await problem(await ask('/v1/notes', {}, signed))).toMatchObject({
      status: 401,
      detail: `the assertion of the calling service ${what}`,
      hint: 'compare the clocks of the machines the two services run on',
    });
  });

  test('a route for the registry answers no one else', async () => {
    expect((await ask('/v1/notes/registry-only')).status).toBe(403);
    const own: Principal = { ...caller, kind: 'service', subject: 'registry', role: null };
    expect((await ask('/v1/notes/registry-only', {}, assertion('registry', 'governance', own))).status).toBe(200);
  });
});

describe('problems', () => {
  test('every fault of a body is named by its pointer', async () => {
    const response = await ask('/v1/notes', post({ text: 5, inner: { count: 'many' }, role: 'admin' }));
    expect(response.status).toBe(422);
    const { errors = [] } = await problem(response);
    expect(errors.map(({ pointer }) => pointer)).toEqual(expect.arrayContaining(['/text', '/inner/count', '/role']));
    expect(errors).toContainEqual({ pointer: '/role', detail: 'is not a known field' });
  });

  test('a body with faults without end is answered with the first hundred', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`k${n}`, n]));
    const answer = await problem(await ask('/v1/notes', post(unknown)));
    expect(answer.errors).toHaveLength(100);
    expect(answer.detail).toContain('500'); // …and says how many there are
  });

  test('what stands before the path at the gateway belongs to the path', async () => {
    const answer = await problem(await ask('/v1/notes/missing', { headers: { 'x-forwarded-prefix': '/api' } }));
    expect(answer.instance).toBe('/api/v1/notes/missing');
  });

  test('a query parameter is named too', async () => {
    const { errors } = await problem(await ask('/v1/notes?limit=11&colour=red'));
    expect(errors?.map(({ pointer }) => pointer)).toEqual(expect.arrayContaining(['/query/limit', '/query/colour']));
  });

  const unreadable: [string, string, number, string][] = [
    ['text that is not JSON', '{"text":', 400, 'malformed-request'],
    ['200,000 nested arrays', '['.repeat(200_000) + ']'.repeat(200_000), 400, 'malformed-request'],
    ['a __proto__ key', '{"__proto__":{"admin":true}}', 400, 'malformed-request'],
    ['more than a megabyte', JSON.stringify({ text: 'x'.repeat(1_100_000) }), 413, 'body-too-large'],
    ['a third of a million objects', `[${'{},'.repeat(330_000)}{}]`, 413, 'body-too-large'],
    ['an array', '[1]', 422, 'validation-failed'],
    ['nothing', '', 422, 'validation-failed'],
  ];
  test.each(unreadable)('%s is refused', async (_, body, status, name) => {
    const response = await ask('/v1/notes', post(body));
    expect(response.status).toBe(status);
    expect((await problem(response)).type).toBe(`/problems/${name}`);
  });

  test('another media type is refused', async () => {
    const response = await ask('/v1/notes', {
      ...post('a=b'),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(response.status).toBe(415);
  });

  test('an error nobody expected tells the caller nothing but its trace', async () => {
    const trace = 'a'.repeat(32);
    const response = await ask('/v1/notes/broken', { headers: { traceparent: `00-${trace}-${'b'.repeat(16)}-01` } });
    const answer = await problem(response);
    expect(answer).toMatchObject({ status: 500, type: '/problems/internal-error', trace_id: trace });
    expect(JSON.stringify(answer)).not.toContain('hunter2');
    expect(lines.join('')).toContain('hunter2'); // the operators do need it
  });

  test('an error of the domain keeps its name, detail and hint', async () => {
    expect(await problem(await ask('/v1/notes/missing?secret=1'))).toMatchObject({
      type: '/problems/mission-not-found',
      detail: 'no mission `x`',
      hint: 'make one',
      instance: '/v1/notes/missing',
    });
  });

  test('headers without end are answered on the bare socket', async () => {
    const answer = await rawRequest(`GET /health HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(40_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain('/problems/headers-too-large');
  });
});

test('development does not listen where strangers could reach it', async () => {
  const exposed = startService(sample, { env: { ...env, AGION_BIND: '0.0.0.0' } });
  await expect(exposed).rejects.toThrow(/AGION_BIND must be a loopback address in development/);
});

test('readiness names its checks, and the log holds no query string', async () => {
  const ready = await fetch(`${service.url}/readiness`);
  expect(await ready.json()).toMatchObject({
    status: 'ready',
    checks: { redis: { status: 'ok', durability: 'acknowledged' }, consumers: { status: 'ok' } },
  });
  expect(lines.join('')).not.toContain('secret=1');
  expect(lines.join('')).toContain('"path":"/v1/notes/missing"');
});

function tampered(token: string): string {
  const [header, payload = '', signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { principal: Principal };
  const changed = { ...claims, principal: { ...claims.principal, role: 'admin' } };
  return [header, Buffer.from(JSON.stringify(changed)).toString('base64url'), signature].join('.');
}

function rawRequest(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
