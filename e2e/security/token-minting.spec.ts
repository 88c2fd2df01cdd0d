import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asOwner } from '@agion/testing';
import { parseToken } from '@agion/wire';
import { type Answer, type Platform, startPlatform } from '../platform.js';
import { openRisk } from './risk.js';

/** What somebody with little can make others be given, and what of tokens is in the database. */
let platform: Platform;
let admin: string;
/** Every token and secret that anybody was shown here. */
const shown: string[] = [];
beforeAll(async () => {
  platform = await startPlatform({ mode: 'production', without: ['coordination', 'execution'] });
  admin = await platform.person('admin');
}, 120_000);
afterAll(() => platform?.stop());

let made = 0;
const nextName = (): string => `thing-${(made += 1)}`;

async function call(method: string, path: string, token: string, body?: unknown): Promise<Answer> {
  const answer = await platform.call(method, `/api/v1${path}`, { token, ...(body !== undefined && { body }) });
  const {
    token: one,
    enrollment_token: once,
    stream_key: key,
    secret: webhook,
    issued,
  } = (answer.body ?? {}) as Record<string, unknown>;
  for (const secret of [one, once, key, webhook, (issued as { token?: unknown } | undefined)?.token])
    if (typeof secret === 'string') shown.push(secret);
  return answer;
}

/** The token of a new account with a role and scopes. */
async function account(role: string, scopes?: string[]): Promise<string> {
  const { body, status } = await call('POST', '/service-accounts', admin, { name: nextName(), role, scopes });
  expect(status).toBe(201);
  return body.issued.token as string;
}

const MAKER = ['tokens:issue', 'accounts:write', 'agents:register', 'config:read'];

describe('a maker of tokens', () => {
  let maker: string;
  let wide: string;
  beforeAll(async () => {
    maker = await account('operator', MAKER);
    const { body } = await call('POST', '/service-accounts', admin, { name: nextName(), role: 'operator' });
    wide = body.id as string;
  });

  /** What he may: a token that does what he can do, and no more. */
  const risk = openRisk('identity', 'tokens with more than their maker has', async () => {
    const one = await call('POST', '/containers/crew/tokens', maker, { scopes: ['config:read'] });
    expect(one.status).toBe(201);
    expect((await call('GET', '/prompts', one.body.token as string)).status).toBe(200);
    expect((await call('GET', '/agents', one.body.token as string)).status).toBe(403);
    const all = await call('POST', '/containers/crew/tokens', admin, {});
    expect((await call('GET', '/agents', all.body.token as string)).status).toBe(200);
  });

  test.each<[string, string, () => object]>([
    ['a container', '/containers/crew/tokens', () => ({ scopes: ['decisions:ask'] })],
    [
      'a container, with something of his',
      '/containers/crew/tokens',
      () => ({ scopes: ['config:read', 'events:write'] }),
    ],
    ['an enrollment', '/enrollments', () => ({ container_id: 'crew', scopes: ['streams:sign'] })],
    ['an account', '/service-accounts', () => ({ name: nextName(), role: 'operator', scopes: ['policies:write'] })],
    [
      'an account of a higher role',
      '/service-accounts',
      () => ({ name: nextName(), role: 'admin', scopes: ['config:read'] }),
    ],
  ])('cannot give %s what he does not have', async (_, path, body) => {
    await risk.attempt(async () => {
      const before = shown.length;
      const answer = await call('POST', path, maker, body());
      expect(answer).toMatchObject({ status: 403, body: { type: '/problems/forbidden' } });
      expect(shown).toHaveLength(before);
    });
  });

  test('cannot take the token of an account that has more', () =>
    risk.attempt(async () => {
      expect((await call('POST', `/service-accounts/${wide}/token`, maker, {})).status).toBe(403);
    }));

  test('cannot get more by what he leaves out', () =>
    risk.attempt(async () => {
      const made = await call('POST', '/service-accounts', maker, { name: nextName(), role: 'operator' });
      expect(made.body.scopes.toSorted()).toEqual(MAKER.toSorted());
      const container = await call('POST', '/containers/crew/tokens', maker, {});
      const agent = await call('POST', '/agents/register', maker, { agent_id: `crew:${nextName()}`, name: 'x' });
      const enrolled = await call('POST', '/enrollments', maker, { container_id: 'crew' });
      const exchanged = await platform.call('POST', '/api/v1/enrollments/exchange', {
        body: { enrollment_token: enrolled.body.enrollment_token },
      });
      shown.push(exchanged.body.token as string);
      for (const token of [made.body.issued.token, container.body.token, agent.body.token, exchanged.body.token]) {
        expect((await call('GET', '/prompts', token as string)).status).toBe(200);
        expect((await call('GET', '/agents', token as string)).status).toBe(403);
        expect((await call('POST', '/events', token as string, {})).status).toBe(403);
      }
      expect(agent.body).not.toHaveProperty('stream_key');
    }, 4));

  test.each([
    ['a wildcard', ['*']],
    ['a prefix', ['config']],
    ['a word that is none', ['everything']],
    ['a scope in other letters', ['CONFIG:READ']],
    ['a scope twice', ['config:read', 'config:read']],
  ])('cannot have %s stored as a scope', (_, scopes) =>
    risk.attempt(async () => {
      for (const token of [maker, admin])
        expect((await call('POST', '/containers/crew/tokens', token, { scopes })).status).toBe(422);
    }, 2),
  );
});

describe('the database', () => {
  /** Tables with a row that holds the text, or the same as bytes. */
  const holding = (text: string): Promise<string[]> =>
    asOwner(platform.database, async (client) => {
      const { rows: tables } = await client.query<{ name: string }>(
        `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
         WHERE schemaname IN ('registry', 'governance', 'coordination', 'execution')`,
      );
      const found: string[] = [];
      for (const { name } of tables) {
        const { rowCount } = await client.query(
          `SELECT FROM ${name} AS one WHERE position($1 IN one::text) > 0 OR position($2 IN one::text) > 0 LIMIT 1`,
          [text, Buffer.from(text).toString('hex')],
        );
        if (rowCount === 1) found.push(name);
      }
      return found;
    });

  const risk = openRisk('identity', 'tokens and secrets in a database dump', async () => {
    const token = (await call('POST', '/containers/dumped/tokens', admin, {})).body.token as string;
    expect(await holding(parseToken(token)?.keyId ?? '-')).toContain('registry.credentials');
  });

  test('holds no token, and no secret of one', async () => {
    const { body } = await call('POST', '/webhooks', admin, { url: 'https://hooks.example.com/' });
    expect((await call('POST', `/webhooks/${body.id}/rotate-secret`, admin)).status).toBe(200);
    const secrets = shown.map((each) => parseToken(each)?.secret ?? each);
    expect(secrets.length).toBeGreaterThan(10);
    expect(secrets.filter((secret) => secret.startsWith('whsec_'))).toHaveLength(2);
    await risk.attempt(async () => {
      for (const secret of secrets) expect(await holding(secret)).toEqual([]);
    }, secrets.length);
  });
});
