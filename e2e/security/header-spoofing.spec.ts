import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Platform, startPlatform } from '../platform.js';
import { GuardedPrompts } from './guarded-prompts.js';
import { type RawAnswer, sendRaw } from './raw-http.js';
import { openRisk } from './risk.js';
import { signatureOf, type SignedUser, signedHeaders } from './signed-user.js';

const SECRET = 'shared-by-the-function-and-the-gateway';
const PROMPTS = '/api/v1/prompts';

/** A body, and what its signature has to cover. */
interface Attempt {
  body: string;
  /** Headers of a request that is signed for this very call. */
  signed: (user?: SignedUser) => string[];
  /** Only the signature. */
  proof: (user?: SignedUser) => string;
}

let platform: Platform;
let prompts: GuardedPrompts;

async function start(env: Record<string, string>): Promise<void> {
  platform = await startPlatform({ mode: 'production', without: ['coordination', 'execution', 'governance'], env });
  prompts = new GuardedPrompts(platform);
}

async function create(headersOf: (attempt: Attempt) => readonly string[]): Promise<{ id: string; answer: RawAnswer }> {
  const prompt = prompts.next();
  const body = JSON.stringify(prompt);
  const call = { method: 'POST', target: PROMPTS, body };
  const headers = headersOf({
    body,
    signed: (user) => signedHeaders(SECRET, { ...call, ...user }),
    proof: (user) => signatureOf(SECRET, { ...call, ...user }),
  });
  return { id: prompt.id, answer: await sendRaw(platform.url, { ...call, headers }) };
}

async function isRefused(headersOf: (attempt: Attempt) => readonly string[], statuses = [400, 401]): Promise<void> {
  const { id, answer } = await create(headersOf);
  expect(statuses).toContain(answer.status);
  await prompts.expectThere(id, false);
}

async function works(headersOf: (attempt: Attempt) => readonly string[]): Promise<void> {
  const { id, answer } = await create(headersOf);
  expect(answer.status).toBe(201);
  await prompts.expectThere(id, true);
}

const ID = 'X-Supabase-User-ID';
const ROLE = 'X-Supabase-User-Role';
const SIGNATURE = 'X-Gateway-Signature';

describe('headers that say who the user is', () => {
  beforeAll(
    () =>
      start({
        GATEWAY_HEADER_SECRET: SECRET,
        GATEWAY_HEADER_ORGANIZATION: 'default',
        GATEWAY_FAILURE_LIMIT: '1000000',
      }),
    120_000,
  );
  const risk = openRisk('identity', 'header spoofing, raw sockets', async () => {
    await works(({ signed }) => signed({ role: 'operator', email: 'ada@example.com' }));
    const { answer } = await create(({ signed }) => signed({ role: 'viewer' }));
    expect(answer.status).toBe(403); // so that a viewer who gets through below has been given more
  });
  afterAll(() => platform?.stop()); // after the row's last control

  const claimed = [`${ID}: ada`, `${ROLE}: admin`];
  const admin = { role: 'admin' };
  const viewer = { role: 'viewer' };
  const CASES: [string, (attempt: Attempt) => readonly string[]][] = [
    ['no signature', () => claimed],
    ['an empty signature', () => [...claimed, `${SIGNATURE}:`]],
    ['a signature of zeros', () => [...claimed, `${SIGNATURE}: v1.0.0.${'A'.repeat(43)}`]],
    ['another secret', ({ signed }) => signed({ ...admin, secret: 'another-secret-of-thirty-two-characters' })],
    ['an empty secret', ({ signed }) => signed({ ...admin, secret: '' })],
    ['the signature of another role', ({ proof }) => [...claimed, `${SIGNATURE}: ${proof(viewer)}`]],
    ['the signature of another user', ({ proof }) => [...claimed, `${SIGNATURE}: ${proof({ ...admin, id: 'eve' })}`]],
    ['the signature of another body', ({ signed }) => signed({ ...admin, body: '{}' })],
    ['the signature of another path', ({ signed }) => signed({ ...admin, target: '/api/v1/models' })],
    ['the signature of another query', ({ signed }) => signed({ ...admin, target: `${PROMPTS}?x=1` })],
    ['the signature of another method', ({ signed }) => signed({ ...admin, method: 'GET' })],
    ['a signature of two minutes ago', ({ signed }) => signed({ ...admin, ahead: -120 })],
    ['a signature of in two minutes', ({ signed }) => signed({ ...admin, ahead: 120 })],
    ['credentials that have ended', ({ signed }) => signed({ ...admin, lasts: -1 })],
    ['a second role after the signed one', ({ signed }) => [...signed(viewer), `${ROLE}: admin`]],
    ['a second role before the signed one', ({ signed }) => [`${ROLE}: admin`, ...signed(viewer)]],
    ['a second role in other letters', ({ signed }) => [...signed(viewer), 'x-supabase-user-ROLE: admin']],
    ['a second user', ({ signed }) => [...signed(admin), `${ID}: boss`]],
    ['the same user twice', ({ signed }) => [...signed(admin), `${ID}: ada`]],
    ['two signatures', ({ signed, proof }) => [...signed(admin), `${SIGNATURE}: ${proof(admin)}`]],
    [
      'two roles, signed as joined',
      ({ proof }) => [
        ...[`${ID}: ada`, `${ROLE}: viewer`, `${ROLE}: admin`],
        `${SIGNATURE}: ${proof({ role: 'viewer, admin' })}`,
      ],
    ],
    ['a list of roles', ({ signed }) => signed({ role: 'viewer, admin' })],
    ['a list of roles without a space', ({ signed }) => signed({ role: 'admin,viewer' })],
    ['a list of users', ({ signed }) => signed({ ...admin, id: 'ada,boss' })],
    ['a list of signatures', ({ proof }) => [...claimed, `${SIGNATURE}: ${proof(admin)}, ${proof(viewer)}`]],
    [
      'a role with an underscore beside the signed one',
      ({ signed }) => [...signed(viewer), 'X_Supabase_User_Role: admin'],
    ],
    ['a role with one underscore', ({ signed }) => [...signed(viewer), 'X-Supabase-User_Role: admin']],
    [
      'underscores everywhere',
      ({ signed }) => signed(admin).map((line) => line.replace(/^[^:]+/, (name) => name.replaceAll('-', '_'))),
    ],
    ['a space before the colon', ({ signed }) => [...signed(viewer), `${ROLE} : admin`]],
    ['a folded line', ({ signed }) => [...signed(viewer).slice(0, -1), '  admin', ...signed(viewer).slice(-1)]],
    ['a signature and no user', ({ proof }) => [`${ROLE}: admin`, `${SIGNATURE}: ${proof(admin)}`]],
    ['an empty role that is signed', ({ signed }) => signed({ role: '' })],
    ['a role of the database', ({ signed }) => signed({ role: 'service_role' })],
    ['an address that claims to be near', () => [...claimed, 'X-Forwarded-For: 127.0.0.1', 'X-Real-IP: 127.0.0.1']],
    ['an address in the standard header', () => [...claimed, 'Forwarded: for=127.0.0.1;by=127.0.0.1;host=localhost']],
    ['the name of an internal service', () => [...claimed, 'Agion-Assertion: x', 'X-Internal: true']],
    [
      'the role header named for one connection',
      ({ signed }) => [...signed(viewer), `Connection: ${ROLE}`, `${ROLE}: admin`],
    ],
  ];

  test.each(CASES)('are refused with %s', async (_, headersOf) => {
    await risk.attempt(() => isRefused(headersOf));
  });

  test('are refused beside other credentials, good and bad', async () => {
    for (const token of [await platform.person('viewer'), 'not-a-token'])
      for (const user of [admin, viewer])
        await risk.attempt(() => isRefused(({ signed }) => [`Authorization: Bearer ${token}`, ...signed(user)]));
    const viewers = await platform.person('viewer');
    await risk.attempt(() => isRefused(() => [`Authorization: Bearer ${viewers}`, ...claimed]));
  });

  test('are refused where another header would make another request of it', async () => {
    const once = { ...admin, headers: { 'idempotency-key': 'once' } };
    await risk.control(() => works(({ signed }) => [...signed(once), 'Idempotency-Key: once']));
    const CHANGED: ((attempt: Attempt) => readonly string[])[] = [
      ({ signed }) => signed(once),
      ({ signed }) => [...signed(once), 'Idempotency-Key: twice'],
      ({ signed }) => [...signed(once), 'Idempotency-Key: once', 'Idempotency-Key: twice'],
      ({ signed }) => [...signed(admin), 'Idempotency-Key: once'],
      ({ signed }) => [...signed(admin), 'If-Match: "1"'],
      ({ signed }) => [...signed(admin), 'Last-Event-ID: run:1'],
      ({ signed }) => [...signed(admin), 'X-Session-ID: another'],
      ({ signed }) => signed({ ...admin, headers: { 'if-match': '"1"' } }),
      ({ signed }) => signed({ ...admin, headers: { 'content-type': 'application/yaml' } }),
    ];
    for (const headersOf of CHANGED) await risk.attempt(() => isRefused(headersOf));
  });

  test('are refused for every other call, once they were seen for one', async () => {
    const seen = signedHeaders(SECRET, { ...admin, target: `${PROMPTS}?limit=1` });
    const send = (method: string, target: string, body = ''): Promise<RawAnswer> =>
      sendRaw(platform.url, { method, target, headers: seen, body });
    expect((await send('GET', `${PROMPTS}?limit=1`)).status).toBe(200);
    expect((await send('GET', `${PROMPTS}?limit=1`)).status).toBe(200); // the same request, within its minute
    const others: [string, string, string?][] = [
      ['GET', PROMPTS],
      ['GET', `${PROMPTS}?limit=2`],
      ['GET', `${PROMPTS}?limit=1&`],
      ['GET', '/metrics-debug'],
      ['GET', '/api/v1/agents?limit=1'],
      ['DELETE', `${PROMPTS}/x`],
      ['POST', `${PROMPTS}?limit=1`, JSON.stringify(prompts.next())],
    ];
    for (const [method, target, body] of others)
      await risk.attempt(async () => expect((await send(method, target, body)).status).toBe(401));
  });
});

describe('without header mode', () => {
  beforeAll(() => start({ GATEWAY_FAILURE_LIMIT: '20' }), 120_000);
  afterAll(() => platform?.stop());
  const bearer = async (): Promise<string> => `Authorization: Bearer ${await platform.person('operator')}`;

  describe('the same headers', () => {
    const risk = openRisk('identity', 'user headers while header mode is off', async () => {
      const authorization = await bearer();
      await works(() => [authorization]);
    });

    test('mean nothing, signed or not', async () => {
      await risk.attempt(() => isRefused(({ signed }) => signed({ role: 'admin' })));
      await risk.attempt(() => isRefused(() => [`${ID}: ada`, `${ROLE}: admin`]));
    });

    test('give a person nothing on top of his own token', async () => {
      const viewer = `Authorization: Bearer ${await platform.person('viewer')}`;
      await risk.attempt(() => isRefused(({ signed }) => [viewer, ...signed({ role: 'admin' })], [403]));
      await risk.attempt(() => isRefused(() => [viewer, `${ROLE}: admin`], [403]));
    });
  });

  describe('a made-up address', () => {
    let known: string;
    const risk = openRisk('identity', 'foreign X-Forwarded-For against the failure limit', async () => {
      known ??= await bearer(); // one that was good a while ago is let in also from an address with many failures
      await works(() => [known]);
    });

    test('does not help to guess on: the failures are those of the socket', async () => {
      const statuses: number[] = [];
      for (let i = 0; i < 40; i++) {
        const headers = ['Authorization: Bearer guessed', `X-Forwarded-For: 10.0.0.${i}`, `Forwarded: for=10.0.1.${i}`];
        statuses.push((await sendRaw(platform.url, { method: 'GET', target: PROMPTS, headers })).status);
      }
      await risk.attempt(() => {
        expect(statuses.slice(0, 5)).toEqual(Array(5).fill(401));
        expect(statuses.slice(25)).toEqual(Array(15).fill(429));
      }, statuses.length);
    });
  });
});
