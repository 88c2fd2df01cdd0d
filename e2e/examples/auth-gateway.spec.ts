import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, freePorts } from '@agion/testing';
import { exportJWK, SignJWT } from 'jose';
import { type Platform, startPlatform } from '../platform.js';
import { ExampleProcess } from './example-process.js';

const SECRET = 'shared-by-the-function-and-the-gateway';
const LEGACY = 'the-legacy-secret-of-a-supabase-project';
const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' });

let platform: Platform;
let supabase: Server;
let supabaseUrl: string;
let functions: { published: RunningFunction; legacy: RunningFunction; stranger: RunningFunction };

interface RunningFunction {
  url: string;
  process: ExampleProcess;
}

beforeAll(async () => {
  platform = await startPlatform({
    mode: 'production',
    env: { GATEWAY_HEADER_SECRET: SECRET, GATEWAY_HEADER_ORGANIZATION: 'default' },
  });
  const keys = [{ ...(await exportJWK(own.publicKey)), kid: 'own', alg: 'ES256', use: 'sig' }];
  supabase = createServer((request, response) => {
    response.writeHead(request.url === '/auth/v1/.well-known/jwks.json' ? 200 : 404).end(JSON.stringify({ keys }));
  }).listen(0, '127.0.0.1');
  await once(supabase, 'listening');
  supabaseUrl = `http://127.0.0.1:${(supabase.address() as { port: number }).port}`;
  functions = {
    published: await start({}),
    legacy: await start({ SUPABASE_JWT_SECRET: LEGACY }),
    stranger: await start({ GATEWAY_HEADER_SECRET: 'another secret of more than 32 characters' }),
  };
}, 120_000);
afterAll(async () => {
  for (const { process } of Object.values(functions ?? {})) await process.end();
  supabase?.close();
  await platform?.stop();
});

async function start(env: Record<string, string>): Promise<RunningFunction> {
  const [port] = (await freePorts(1)) as [number];
  const process = ExampleProcess.start(['node', 'examples/auth-gateway/src/main.ts'], {
    env: {
      AGION_GATEWAY_URL: platform.url,
      SUPABASE_URL: supabaseUrl,
      GATEWAY_HEADER_SECRET: SECRET,
      PORT: String(port),
      ...env,
    },
  });
  await eventually(() => expect(process.output).toContain('listens'), { timeoutMs: 30_000 });
  return { url: `http://127.0.0.1:${port}/auth-gateway`, process };
}

/** As Supabase Auth signs them. */
const claims = (more: object = {}): Record<string, unknown> => ({
  iss: `${supabaseUrl}/auth/v1`,
  sub: '8f14e45f-ceea-467f-a0e6-2c5b1c9d8a11',
  aud: 'authenticated',
  exp: Math.floor(Date.now() / 1_000) + 3_600,
  iat: Math.floor(Date.now() / 1_000),
  email: 'ada@example.com',
  phone: '',
  app_metadata: { provider: 'email', providers: ['email'] },
  user_metadata: { role: 'admin', email_verified: true },
  role: 'authenticated',
  aal: 'aal1',
  amr: [{ method: 'password', timestamp: 1 }],
  session_id: randomUUID(),
  is_anonymous: false,
  ...more,
});
const signed = (more: object = {}, key: KeyObject = own.privateKey): Promise<string> =>
  new SignJWT(claims(more)).setProtectedHeader({ alg: 'ES256', kid: 'own', typ: 'JWT' }).sign(key);
const legacy = (more: object = {}): Promise<string> =>
  new SignJWT(claims(more)).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(Buffer.from(LEGACY));
const operator = { app_metadata: { role: 'operator' } };

async function call(
  { url }: RunningFunction,
  path: string,
  { token, body, headers }: { token?: string; body?: object; headers?: Record<string, string> } = {},
): Promise<{ status: number; text: string }> {
  const answer = await fetch(url + path, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}
const prompt = (id: string) => ({ id, name: 'P', location: id, content: 'c' });

describe('a person behind the edge function', () => {
  it('reads as a viewer, and writes when app_metadata makes him an operator', async () => {
    const { published } = functions;
    const viewer = await signed();
    expect((await call(published, '/api/v1/prompts?limit=1', { token: viewer })).status).toBe(200);
    expect((await call(published, '/api/v1/prompts', { token: viewer, body: prompt('by-viewer') })).status).toBe(403);
    const made = await call(published, '/api/v1/prompts', {
      token: await signed(operator),
      body: prompt('by-operator'),
    });
    expect(made.status).toBe(201);
    const admin = await platform.person('admin');
    const found = await platform.call('GET', '/api/v1/prompts', { token: admin });
    expect(found.body.items.map(({ id }: { id: string }) => id)).toEqual(['by-operator']);
  });

  it('is the person of his token to the whole platform', async () => {
    const token = await signed(operator);
    await eventually(async () => {
      const trail = await call(functions.published, '/api/v1/audit?type=prompt.created', { token });
      expect(JSON.parse(trail.text).items).toEqual([
        expect.objectContaining({ actor: expect.objectContaining({ kind: 'user', id: claims().sub }) }),
      ]);
    });
  });

  it('runs a turn and reads its events as they come', async () => {
    const answer = await call(functions.published, '/ag-ui/events?user_message=Hello', { token: await signed() });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('AGENT_RESPONSE');
  });

  it('comes with a token of the legacy secret, where that is what the project signs with', async () => {
    expect((await call(functions.legacy, '/api/v1/prompts', { token: await legacy() })).status).toBe(200);
    expect((await call(functions.legacy, '/api/v1/prompts', { token: await signed() })).status).toBe(401);
    expect((await call(functions.published, '/api/v1/prompts', { token: await legacy() })).status).toBe(401);
  });

  it('cannot name himself another person or another role', async () => {
    const headers = {
      'X-Supabase-User-ID': 'boss',
      'X-Supabase-User-Role': 'admin',
      'X-Gateway-Signature': 'v1.1.1.x',
    };
    const body = prompt('by-spoofer');
    const { status } = await call(functions.published, '/api/v1/prompts', { token: await signed(), body, headers });
    expect(status).toBe(403);
    expect((await call(functions.published, '/api/v1/prompts', { body, headers })).status).toBe(401);
  });

  it.each<[string, () => Promise<string | undefined>]>([
    ['no token', () => Promise.resolve(undefined)],
    ['a foreign key', () => signed(operator, foreign.privateKey)],
    ['another project', () => signed({ iss: 'https://other.supabase.co/auth/v1' })],
    ['another audience', () => signed({ aud: 'anon' })],
    ['an expired token', () => signed({ exp: 1 })],
    ['a token that never expires', () => signed({ exp: undefined })],
    ['the anon key', () => signed({ role: 'anon' })],
    ['the service key', () => signed({ role: 'service_role', ...operator })],
    ['an anonymous sign-in', () => signed({ is_anonymous: true })],
    ['a subject of two lines', () => signed({ sub: 'a\nb' })],
  ])('is nobody with %s', async (_, token) => {
    const given = await token();
    const answer = await call(functions.published, '/api/v1/prompts', given === undefined ? {} : { token: given });
    expect(answer.status).toBe(401);
    expect((await call(functions.published, '/api/v1/prompts', { token: await signed() })).status).toBe(200);
  });
});

it('a function that does not share the secret lets nobody in', async () => {
  expect((await call(functions.stranger, '/api/v1/prompts', { token: await signed(operator) })).status).toBe(401);
});
