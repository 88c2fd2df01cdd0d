import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { CHANNELS, type Principal } from '@agion/wire';
import { replaceAdminToken } from '../src/credentials/admin-token.js';
import { admin, agent, operator, RegistryUnderTest, viewer } from './registry-under-test.js';

let registry: RegistryUnderTest;
beforeAll(async () => {
  registry = await RegistryUnderTest.start('production');
});
afterAll(() => registry.close());

const ACCOUNTS = '/v1/service-accounts';
const create = (name: string, more: object = {}, as = admin()) =>
  registry.call('POST', ACCOUNTS, { as, body: { name, role: 'operator', ...more } });
const verify = (token: string) => registry.call('POST', '/internal/credentials/verify', { body: { token } });
const rotate = (id: string, body: object = {}, as: Principal = admin()) =>
  registry.call('POST', `${ACCOUNTS}/${id}/token`, { as, body });

describe('a service account', () => {
  it('signs in with a token that is shown once and stored nowhere', async () => {
    const made = await create('ci', { role: 'viewer', scopes: ['config:read'], expires_in_seconds: 3_600 });
    expect(made.status).toBe(201);
    const { id, issued } = made.body as { id: string; issued: { token: string; key_id: string; expires_at: string } };
    expect(made.body).toMatchObject({
      name: 'ci',
      role: 'viewer',
      scopes: ['config:read'],
      created_by: 'user:ada',
      tokens: [{ key_id: issued.key_id, expires_at: issued.expires_at }],
      issued: { kind: 'service_account', subject: 'ci', token: expect.stringMatching(/^agion_svc_/), replaces: [] },
    });
    expect((await verify(issued.token)).body).toMatchObject({
      principal: { kind: 'service_account', subject: 'ci', role: 'viewer', scopes: ['config:read'] },
      expires_at: issued.expires_at,
    });
    const secret = issued.token.split('_')[3] ?? '-';
    const everything = await registry.rows<{ row: string }>(
      `SELECT a::text AS row FROM registry.service_accounts a UNION ALL SELECT c::text FROM registry.credentials c
       UNION ALL SELECT o::text FROM registry.outbox o`,
    );
    expect(everything.length).toBeGreaterThan(1);
    expect(everything.filter(({ row }) => row.includes(secret))).toEqual([]);
    await eventually(async () => {
      const facts = await registry.entries('agion:events:audit');
      expect(facts.filter(({ subject }) => subject?.includes(id)).map(({ type }) => type)).toEqual([
        'service_account.created',
        'token.issued',
      ]);
    });
  });

  it('is listed by name, a page at a time, and without those of other organizations', async () => {
    const other = await registry.organization('lister');
    for (const name of ['l-b', 'l-a', 'l-c']) await create(name, {}, admin(other));
    const page = await registry.call('GET', `${ACCOUNTS}?limit=2`, { as: operator(other) });
    expect(page.body.items.map(({ name }: { name: string }) => name)).toEqual(['l-a', 'l-b']);
    const rest = await registry.call('GET', `${ACCOUNTS}?limit=2&cursor=${page.body.next_cursor}`, {
      as: operator(other),
    });
    expect(rest.body).toMatchObject({ items: [{ name: 'l-c' }], next_cursor: null });
    expect(JSON.stringify(page.body)).not.toContain('agion_svc_');
  });

  it('has a name that is given once, also after it is deleted', async () => {
    const made = await create('once');
    expect((await create('once')).body).toMatchObject({ status: 409, type: '/problems/conflict' });
    expect((await registry.call('DELETE', `${ACCOUNTS}/${made.body.id}`, { as: admin() })).status).toBe(204);
    expect((await create('once')).body).toMatchObject({ status: 409, hint: expect.stringContaining('another name') });
  });

  it('is made by operators, and knows no other fields', async () => {
    for (const as of [viewer(), agent('a:b')]) expect((await create('nobody', {}, as)).status).toBe(403);
    for (const extra of ['organization_id', 'id', 'isAdmin', 'created_by', '__proto__']) {
      const body = `{"name":"extra","role":"viewer","${extra}":"x"}`;
      expect((await registry.call('POST', ACCOUNTS, { as: admin(), body })).status).toBeGreaterThanOrEqual(400);
    }
    expect((await create('extra', { role: 'viewer' })).status).toBe(201);
  });
});

describe('rotation of an account’s token', () => {
  it('leaves the old one an hour unless somebody says otherwise', async () => {
    const made = await create('rotating');
    const old = made.body.issued as { token: string; key_id: string };
    const fresh = await rotate(made.body.id as string);
    expect(fresh.body).toMatchObject({ kind: 'service_account', subject: 'rotating', replaces: [old.key_id] });
    const left = (Date.parse((await verify(old.token)).body.expires_at as string) - Date.now()) / 60_000;
    expect(left).toBeGreaterThan(59);
    expect(left).toBeLessThanOrEqual(60);
    const heard = await registry.hear(CHANNELS.control);
    const last = await rotate(made.body.id as string, { overlap_seconds: 0, expires_in_seconds: 600 });
    expect((await verify(old.token)).status).toBe(401);
    expect((await verify(fresh.body.token as string)).status).toBe(401);
    expect((await verify(last.body.token as string)).body).toMatchObject({ expires_at: last.body.expires_at });
    await eventually(() => expect(heard).toHaveLength(1));
  });
});

describe('deletion of an account', () => {
  it('ends its tokens at once, says so, and ends what it could still have enrolled', async () => {
    const made = await create('going');
    const { token, key_id } = made.body.issued as { token: string; key_id: string };
    const as = (await verify(token)).body.principal as Principal;
    const enrolled = await registry.call('POST', '/v1/enrollments', { as, body: { container_id: 'late' } });
    expect(enrolled.status).toBe(201);
    const heard = await registry.hear(CHANNELS.control);
    expect((await registry.call('DELETE', `${ACCOUNTS}/${made.body.id}`, { as: operator() })).status).toBe(204);
    expect((await verify(token)).status).toBe(401);
    await eventually(() => expect(heard).toEqual([{ type: 'credentials.revoked', credential_ids: [key_id] }]));
    const exchanged = await registry.call('POST', '/internal/enrollments/exchange', {
      body: { enrollment_token: enrolled.body.enrollment_token },
    });
    expect(exchanged.status).toBe(401);
    expect((await registry.call('DELETE', `${ACCOUNTS}/${made.body.id}`, { as: operator() })).status).toBe(404);
    expect((await rotate(made.body.id as string)).status).toBe(404);
  });

  it('and rotation know no accounts of other organizations', async () => {
    const other = await registry.organization('stranger');
    const made = await create('mine');
    const as = admin(other);
    expect((await registry.call('DELETE', `${ACCOUNTS}/${made.body.id}`, { as })).body).toMatchObject({ status: 404 });
    expect((await rotate(made.body.id as string, {}, as)).status).toBe(404);
    expect((await verify(made.body.issued.token as string)).status).toBe(200);
  });
});

it('the administrator’s token belongs to an account like any other, which nobody else can make', async () => {
  const token = await replaceAdminToken(registry.database.url, registry.redisServer.url);
  const { items } = (await registry.call('GET', ACCOUNTS, { as: admin() })).body as {
    items: { id: string; name: string }[];
  };
  const account = items.find(({ name }) => name === 'admin');
  expect(account).toMatchObject({ role: 'admin', tokens: [expect.anything()] });
  expect((await create('admin')).status).toBe(409);
  expect((await registry.call('DELETE', `${ACCOUNTS}/${account?.id}`, { as: admin() })).status).toBe(204);
  expect((await verify(token)).status).toBe(401);
  const again = await replaceAdminToken(registry.database.url, registry.redisServer.url);
  expect((await verify(again)).status).toBe(200);
});
