import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Principal, type Scope, usualScopes } from '@agion/wire';
import { admin, container, operator, RegistryUnderTest } from './registry-under-test.js';

let registry: RegistryUnderTest;
beforeAll(async () => {
  registry = await RegistryUnderTest.start();
});
afterAll(() => registry.close());

const limited = (principal: Principal, ...scopes: Scope[]): Principal => ({ ...principal, scopes });
const issue = (as: Principal, body: object = {}, containerId = 'crew') =>
  registry.call('POST', `/v1/containers/${containerId}/tokens`, { as, body });
const principalOf = async (token: string): Promise<Principal> =>
  (await registry.call('POST', '/internal/credentials/verify', { body: { token } })).body.principal as Principal;

describe('the scopes of a token', () => {
  it('are those asked for, and come back with whom it speaks for', async () => {
    const issued = await issue(operator(), { scopes: ['config:read'] });
    expect(issued.status).toBe(201);
    expect(issued.body.scopes).toEqual(['config:read']);
    expect(await principalOf(issued.body.token as string)).toMatchObject({
      kind: 'container',
      scopes: ['config:read'],
    });
  });

  it('are the usual ones without a list', async () => {
    const issued = await issue(operator());
    expect(issued.body.scopes).toEqual(usualScopes(container('crew')));
    expect(await principalOf(issued.body.token as string)).not.toHaveProperty('scopes');
  });

  it.each([
    ['that do not exist', ['everything'], 422, '/scopes'],
    ['that no container has', ['policies:write'], 422, '/scopes'],
    ['as a wildcard', ['*'], 422, '/scopes'],
    ['twice', ['config:read', 'config:read'], 422, '/scopes'],
    ['as a text', 'config:read', 422, '/scopes'],
  ])('are refused %s', async (_, scopes, status, pointer) => {
    const answer = await issue(operator(), { scopes });
    expect(answer.body).toMatchObject({ status, errors: [expect.objectContaining({ pointer })] });
  });
});

describe('whoever hands out a token', () => {
  const maker = limited(operator(), 'tokens:issue', 'config:read', 'agents:register');

  it('hands out no more than he has, and is told what was too much', async () => {
    const answer = await issue(maker, { scopes: ['config:read', 'decisions:ask', 'events:write'] });
    expect(answer.body).toMatchObject({
      status: 403,
      type: '/problems/forbidden',
      detail: expect.stringContaining('`decisions:ask`, `events:write`'),
      scopes: ['decisions:ask', 'events:write'],
    });
    expect((await issue(maker, { scopes: ['config:read'] })).status).toBe(201);
  });

  it('hands out what he has where nobody names anything', async () => {
    const issued = await issue(maker);
    expect(issued.body.scopes.toSorted()).toEqual(['agents:register', 'config:read', 'tokens:issue']);
    expect((await issue(limited(operator(), 'audit:read'))).status).toBe(403);
  });

  it('does not get more by rotating his own', async () => {
    const first = await issue(operator(), { scopes: ['tokens:issue', 'config:read'] }, 'rotating');
    const holder = await principalOf(first.body.token as string);
    const second = await issue(holder, {}, 'rotating');
    expect(second.body.scopes.toSorted()).toEqual(['config:read', 'tokens:issue']);
    expect((await issue(holder, { scopes: ['events:write'] }, 'rotating')).status).toBe(403);
  });

  it('does not get more by registering agents', async () => {
    const register = (as: Principal, agentId: string) =>
      registry.call('POST', '/v1/agents/register', { as, body: { agent_id: agentId, name: 'x' } });
    const few = await register(maker, 'few:agent');
    expect((await principalOf(few.body.token as string)).scopes).toEqual(
      expect.arrayContaining(['agents:register', 'config:read', 'tokens:issue']),
    );
    expect((await principalOf(few.body.token as string)).scopes).toHaveLength(3);
    expect(few.body).not.toHaveProperty('stream_key');
    const all = await register(operator(), 'all:agent');
    expect(await principalOf(all.body.token as string)).not.toHaveProperty('scopes');
    expect(all.body).toHaveProperty('stream_key');
    expect((await register(container('plain'), 'plain:agent')).body).toHaveProperty('stream_key');
    expect((await register(limited(container('bare'), 'agents:register'), 'bare:agent')).body).not.toHaveProperty(
      'stream_key',
    );
  });
});

describe('the role of a service account', () => {
  const create = (as: Principal, body: object) => registry.call('POST', '/v1/service-accounts', { as, body });

  it('is at most the one of who makes it', async () => {
    expect((await create(operator(), { name: 'too-high', role: 'admin' })).body).toMatchObject({
      status: 403,
      detail: expect.stringContaining('`admin`'),
    });
    expect((await create(admin(), { name: 'high', role: 'admin' })).status).toBe(201);
    expect((await create(operator(), { name: 'same', role: 'operator' })).status).toBe(201);
  });

  it('gives no scope that its role does not reach', async () => {
    const answer = await create(admin(), { name: 'wide', role: 'viewer', scopes: ['policies:write'] });
    expect(answer.body).toMatchObject({ status: 422, errors: [{ pointer: '/scopes' }] });
  });

  it('and its scopes cannot be had through the token of another account', async () => {
    const wide = await create(admin(), { name: 'wide-open', role: 'operator' });
    const high = await create(admin(), { name: 'high-up', role: 'admin' });
    const rotate = (as: Principal, id: string) =>
      registry.call('POST', `/v1/service-accounts/${id}/token`, { as, body: {} });
    const thief = limited(operator(), 'tokens:issue', 'accounts:write');
    expect((await rotate(thief, wide.body.id as string)).body).toMatchObject({
      status: 403,
      type: '/problems/forbidden',
    });
    expect((await rotate(operator(), high.body.id as string)).status).toBe(403);
    expect((await rotate(operator(), wide.body.id as string)).status).toBe(201);
    expect((await registry.call('DELETE', `/v1/service-accounts/${high.body.id}`, { as: operator() })).status).toBe(
      403,
    );
  });
});
