import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, eventually } from '@agion/testing';
import { CHANNELS, formatToken, parseToken, type Principal, usualScopes } from '@agion/wire';
import { replaceAdminToken } from '../src/credentials/admin-token.js';
import { agent, anonymous, container, operator, RegistryUnderTest, serviceOf, viewer } from './registry-under-test.js';

let registry: RegistryUnderTest;
beforeAll(async () => {
  registry = await RegistryUnderTest.start('production');
});
afterAll(() => registry.close());

const verify = (token: string) =>
  registry.call('POST', '/internal/credentials/verify', { as: serviceOf('gateway'), body: { token } });
const issue = (containerId: string, body: object = {}, as = operator()) =>
  registry.call('POST', `/v1/containers/${containerId}/tokens`, { as, body });
const principalOf = async (token: string): Promise<Principal> => (await verify(token)).body.principal as Principal;

describe('a token', () => {
  it('is shown once, speaks for its subject, and is kept nowhere', async () => {
    const issued = await issue('kept');
    expect(issued.status).toBe(201);
    const token = issued.body.token as string;
    expect(issued.body).toEqual({
      token,
      key_id: parseToken(token)?.keyId,
      kind: 'container',
      subject: 'kept',
      scopes: usualScopes(container('kept')),
      expires_at: null,
      replaces: [],
    });
    expect((await verify(token)).body).toEqual({
      principal: { ...container('kept'), credentialId: issued.body.key_id },
      expires_at: null,
    });
    const secret = parseToken(token)?.secret ?? '';
    const [{ found } = { found: -1 }] = await asOwner(registry.database, async (client) => {
      await client.query("SELECT set_config('app.organization_id', '00000000-0000-7000-8000-000000000001', false)");
      const { rows } = await client.query<{ found: number }>(
        `SELECT (SELECT count(*) FROM registry.credentials c WHERE position($1 IN c::text) > 0
                 OR position(encode(convert_to($1, 'UTF8'), 'hex') IN c::text) > 0)
              + (SELECT count(*) FROM registry.outbox o WHERE position($1 IN o::text) > 0)
              + (SELECT count(*) FROM registry.idempotency_keys i WHERE position($1 IN i::text) > 0) AS found`,
        [secret],
      );
      return rows;
    });
    expect(Number(found)).toBe(0);
    const [row] = await registry.rows<{ length: number }>(
      'SELECT length(secret_hash) FROM registry.credentials WHERE key_id = $1',
      [issued.body.key_id],
    );
    expect(row?.length).toBe(32);
  });

  it('is refused when damaged, forged, unknown, of another kind or another secret, all alike', async () => {
    const token = (await issue('forged')).body.token as string;
    const { keyId, secret } = parseToken(token) ?? { keyId: '', secret: '' };
    const other = secret.startsWith('A') ? `B${secret.slice(1)}` : `A${secret.slice(1)}`;
    const forged = [
      `${token.slice(0, -1)}x`,
      formatToken({ kind: 'container', keyId, secret: other }),
      formatToken({ kind: 'agent', keyId, secret }),
      formatToken({ kind: 'container', keyId: 'a'.repeat(16), secret }),
      'agion_',
      '',
      "' OR 1=1 --",
      'Bearer x',
    ];
    for (const each of forged) {
      const { body } = await verify(each);
      expect(body).toMatchObject({ status: 401, type: '/problems/unauthenticated', detail: 'the token is not valid' });
    }
    expect((await verify(token)).status).toBe(200);
  });

  it('dies when it expires or is revoked', async () => {
    const token = (await issue('expiring', { expires_in_seconds: 60 })).body.token as string;
    expect((await verify(token)).status).toBe(200);
    await registry.rows(
      "UPDATE registry.credentials SET expires_at = now() - interval '1 second' WHERE subject = 'expiring'",
    );
    expect((await verify(token)).status).toBe(401);
    await registry.rows("UPDATE registry.credentials SET expires_at = NULL WHERE subject = 'expiring'");
    expect((await verify(token)).status).toBe(200);
    await registry.rows("UPDATE registry.credentials SET revoked_at = now() WHERE subject = 'expiring'");
    expect((await verify(token)).status).toBe(401);
  });
});

describe('verification', () => {
  it('answers the gateway and nobody else', async () => {
    const token = (await issue('asked')).body.token as string;
    const ask = (from: 'gateway' | 'execution' | 'governance' | 'coordination' | 'registry') =>
      registry.call('POST', '/internal/credentials/verify', { from, as: serviceOf(from), body: { token } });
    expect((await ask('gateway')).status).toBe(200);
    for (const other of ['execution', 'governance', 'coordination', 'registry'] as const) {
      expect((await ask(other)).body).toMatchObject({ status: 403, type: '/problems/forbidden' });
    }
    const unsigned = await registry.call('POST', '/internal/credentials/verify', { as: null, body: { token } });
    expect(unsigned.status).toBe(401);
  });
});

describe('rotation', () => {
  it('by the holder leaves the old token an hour', async () => {
    const old = (await issue('rotating')).body as { token: string; key_id: string };
    const fresh = await issue('rotating', {}, await principalOf(old.token));
    expect(fresh.body).toMatchObject({ expires_at: null, replaces: [old.key_id] });
    const left = (Date.parse((await verify(old.token)).body.expires_at as string) - Date.now()) / 60_000;
    expect(left).toBeGreaterThan(59);
    expect(left).toBeLessThanOrEqual(60);
    expect((await verify(fresh.body.token as string)).body.expires_at).toBeNull();
  });

  it('without overlap ends the old token at once and says so', async () => {
    const heard = await registry.hear(CHANNELS.control);
    const old = (await issue('at-once')).body as { token: string; key_id: string };
    const fresh = await issue('at-once', { overlap_seconds: 0 });
    expect((await verify(old.token)).status).toBe(401);
    expect((await verify(fresh.body.token as string)).status).toBe(200);
    await eventually(() => expect(heard).toEqual([{ type: 'credentials.revoked', credential_ids: [old.key_id] }]));
  });

  it('by an operator who names no overlap adds a token', async () => {
    const old = (await issue('added')).body as { token: string };
    expect((await issue('added')).body.replaces).toEqual([]);
    expect((await verify(old.token)).body.expires_at).toBeNull();
  });

  it('never makes a holder’s token live longer than it was meant to', async () => {
    const old = (await issue('short-lived', { expires_in_seconds: 600 })).body as { token: string };
    const holder = await principalOf(old.token);
    for (const body of [{}, { expires_in_seconds: 999_999 }]) {
      const fresh = await issue('short-lived', body, holder);
      expect((Date.parse(fresh.body.expires_at as string) - Date.now()) / 1_000).toBeLessThanOrEqual(600);
    }
    await registry.call('POST', '/v1/agents/register', { body: { agent_id: 'short-lived:agent', name: 'x' } });
    const forAgent = await registry.call('POST', '/v1/agents/short-lived:agent/token', { as: holder, body: {} });
    expect((Date.parse(forAgent.body.expires_at as string) - Date.now()) / 1_000).toBeLessThanOrEqual(600);
  });

  it('is refused to those who do not hold it', async () => {
    await registry.call('POST', '/v1/agents/register', { body: { agent_id: 'mine:agent', name: 'x' } });
    for (const as of [viewer(), container('other'), agent('mine:agent'), anonymous]) {
      expect((await issue('mine', {}, as)).status).toBe(403);
    }
    for (const as of [viewer(), container('other'), agent('mine:other'), anonymous]) {
      expect((await registry.call('POST', '/v1/agents/mine:agent/token', { as, body: {} })).status).toBe(403);
    }
    const own = await registry.call('POST', '/v1/agents/mine:agent/token', { as: agent('mine:agent'), body: {} });
    expect(own.status).toBe(201);
    expect(await principalOf(own.body.token as string)).toMatchObject({
      kind: 'agent',
      agentId: 'mine:agent',
      containerId: 'mine',
    });
  });

  it('needs the agent to exist', async () => {
    const answer = await registry.call('POST', '/v1/agents/no:body/token', { body: {} });
    expect(answer.body).toMatchObject({ status: 404, type: '/problems/agent-not-found' });
  });
});

describe('production', () => {
  it('registers nobody without a token', async () => {
    const answer = await registry.call('POST', '/v1/agents/register', {
      as: anonymous,
      body: { agent_id: 'no:token', name: 'x' },
    });
    expect(answer.body).toMatchObject({ status: 401, type: '/problems/unauthenticated' });
    expect((await registry.call('GET', '/v1/agents/no:token')).status).toBe(404);
  });
});

describe('the administrator’s token', () => {
  it('is the only one, replaced and announced whenever it is made anew', async () => {
    const heard = await registry.hear(CHANNELS.control);
    const first = await replaceAdminToken(registry.database.url, registry.redisServer.url);
    expect((await verify(first)).body.principal).toMatchObject({
      kind: 'service_account',
      subject: 'admin',
      role: 'admin',
      organization: { slug: 'default' },
    });
    const second = await replaceAdminToken(registry.database.url, registry.redisServer.url);
    expect((await verify(first)).status).toBe(401);
    expect((await verify(second)).status).toBe(200);
    await eventually(() =>
      expect(heard).toEqual([{ type: 'credentials.revoked', credential_ids: [parseToken(first)?.keyId] }]),
    );
  });
});
