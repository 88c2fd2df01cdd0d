import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { CHANNELS, type Principal } from '@agion/wire';
import { admin, operator, RegistryUnderTest, serviceOf } from './registry-under-test.js';

/** What a service account's token can make of itself and of others, and what is left of that. */
let registry: RegistryUnderTest;
beforeAll(async () => {
  registry = await RegistryUnderTest.start('production');
});
afterAll(() => registry.close());

interface Issued {
  token: string;
  key_id: string;
  expires_at: string | null;
  replaces: string[];
}
interface Account {
  id: string;
  issued: Issued;
}

const ACCOUNTS = '/v1/service-accounts';
const post = async <Body>(path: string, body: object, as: Principal = admin()): Promise<Body> => {
  const answer = await registry.call('POST', path, { as, body });
  expect(answer.status).toBe(201);
  return answer.body as Body;
};
const create = (name: string, body: object = {}, as = admin()): Promise<Account> =>
  post(ACCOUNTS, { name, role: 'operator', ...body }, as);
const rotate = ({ id }: Account, body: object = {}, as = admin()): Promise<Issued> =>
  post(`${ACCOUNTS}/${id}/token`, body, as);
const verify = (token: string) =>
  registry.call('POST', '/internal/credentials/verify', { as: serviceOf('gateway'), body: { token } });
const principalOf = async ({ token }: Issued): Promise<Principal> => (await verify(token)).body.principal as Principal;
const endOf = async ({ token }: Issued): Promise<string | null> => (await verify(token)).body.expires_at;
const statusOf = async ({ token }: Pick<Issued, 'token'>): Promise<number> => (await verify(token)).status;
const statuses = (...issued: Issued[]): Promise<number[]> => Promise.all(issued.map(statusOf));
const exchange = (token: string) =>
  registry.call('POST', '/internal/enrollments/exchange', { body: { enrollment_token: token } });

describe('an account that renews its own token', () => {
  it('gets none that lives longer than the one it has was made for', async () => {
    const account = await create('brief', { expires_in_seconds: 600 });
    const next = await rotate(account, {}, await principalOf(account.issued));
    const longest = Date.parse(account.issued.expires_at ?? '') + 60_000;
    expect(Date.parse(next.expires_at ?? 'never')).toBeLessThanOrEqual(longest);
  });

  it('with one that is being replaced neither outlives it nor ends its successor', async () => {
    const account = await create('stolen');
    const old = await principalOf(account.issued);
    const next = await rotate(account, { overlap_seconds: 600 });
    const end = await endOf(account.issued);
    const own = await rotate(account, { overlap_seconds: 0 }, old);
    expect(own).toMatchObject({ expires_at: end, replaces: [account.issued.key_id] });
    expect(await statuses(account.issued, next)).toEqual([401, 200]);
    expect(await endOf(next)).toBeNull();
  });
});

describe('a token that has ended', () => {
  it('makes nothing any more, also where somebody still believes it', async () => {
    const account = await create('late');
    const as = await principalOf(account.issued);
    await rotate(account, { overlap_seconds: 0 });
    for (const [path, body] of [
      ['/v1/enrollments', { container_id: 'late' }],
      ['/v1/containers/late/tokens', {}],
      [ACCOUNTS, { name: 'later', role: 'viewer' }],
      ['/v1/agents/register', { agent_id: 'late:one', name: 'one' }],
    ] as const)
      expect([path, (await registry.call('POST', path, { as, body })).status]).toEqual([path, 401]);
  });
});

describe('what a deleted account has issued', () => {
  /** A token of each way it can come about, all of them by the word of one account. */
  async function issueAll(name: string): Promise<{ account: Account; issued: Issued[]; pending: string }> {
    const account = await create(name);
    const as = await principalOf(account.issued);
    const container = await post<Issued>(`/v1/containers/${name}/tokens`, {}, as);
    const agent = await post<Issued>('/v1/agents/register', { agent_id: `${name}:one`, name: 'one' }, as);
    const renewed = await post<Issued>(`/v1/containers/${name}/tokens`, {}, await principalOf(container));
    const ofAgent = await post<Issued>(`/v1/agents/${name}:one/token`, {}, await principalOf(renewed));
    const enrollment = { container_id: `${name}-enrolled` };
    const [used, pending] = [
      await post<{ enrollment_token: string }>('/v1/enrollments', enrollment, as),
      await post<{ enrollment_token: string }>('/v1/enrollments', enrollment, as),
    ];
    const enrolled = (await exchange(used.enrollment_token)).body as Issued;
    const child = await create(`${name}-child`, {}, as);
    const ofChild = await post<Issued>(
      `/v1/containers/${name}-child/tokens`,
      {},
      await principalOf((await create(`${name}-grandchild`, {}, await principalOf(child.issued))).issued),
    );
    const issued = [container, agent, renewed, ofAgent, enrolled, child.issued, ofChild];
    return { account, issued, pending: pending.enrollment_token };
  }

  it('lives on, but for what nobody has exchanged', async () => {
    const { account, issued, pending } = await issueAll('left');
    expect((await registry.call('DELETE', `${ACCOUNTS}/${account.id}`, { as: operator() })).status).toBe(204);
    expect(await statuses(account.issued, ...issued)).toEqual([401, ...issued.map(() => 200)]);
    expect((await exchange(pending)).status).toBe(401);
  });

  it('ends also where that is asked for after it was deleted', async () => {
    const { account, issued } = await issueAll('regretted');
    const path = `${ACCOUNTS}/${account.id}`;
    for (const query of ['', '?revoke_issued=true', '?revoke_issued=true'])
      expect((await registry.call('DELETE', path + query, { as: operator() })).status).toBe(204);
    expect(await statuses(...issued)).toEqual(issued.map(() => 401));
    expect((await registry.call('DELETE', path, { as: operator() })).status).toBe(404);
    const other = await registry.organization('bystander');
    const elsewhere = await registry.call('DELETE', `${path}?revoke_issued=true`, { as: admin(other) });
    expect(elsewhere.status).toBe(404);
  });

  it('ends with it where that is asked for, however it was passed on, and nothing else does', async () => {
    const { account, issued, pending } = await issueAll('taken');
    const others = [await post<Issued>('/v1/containers/taken/tokens', {}), (await create('other')).issued];
    const heard = await registry.hear(CHANNELS.control);
    const path = `${ACCOUNTS}/${account.id}?revoke_issued=true`;
    expect((await registry.call('DELETE', path, { as: operator() })).status).toBe(204);
    expect(await statuses(account.issued, ...issued)).toEqual([401, ...issued.map(() => 401)]);
    expect(await statuses(...others)).toEqual([200, 200]);
    expect((await exchange(pending)).status).toBe(401);
    await eventually(() => {
      const [notice] = heard as { credential_ids: string[] }[];
      const keyIds = [account.issued, ...issued].map(({ token }) => token.split('_')[2]);
      expect(notice?.credential_ids).toEqual(expect.arrayContaining(keyIds));
    });
    await eventually(async () => {
      const facts = await registry.entries('agion:events:audit');
      const fact = facts.find(
        ({ type, subject }) => type === 'service_account.deleted' && subject?.includes(account.id),
      );
      expect(JSON.parse(fact?.details ?? '{}')).toMatchObject({ revoke_issued: true });
    });
  });

  it('is asked for in words that are known', async () => {
    const { id } = await create('asked');
    for (const query of ['revoke_issued=yes', 'revoke_issued=1', 'revoke=true'])
      expect((await registry.call('DELETE', `${ACCOUNTS}/${id}?${query}`, { as: operator() })).status).toBe(422);
    expect((await registry.call('DELETE', `${ACCOUNTS}/${id}?revoke_issued=false`, { as: operator() })).status).toBe(
      204,
    );
  });
});
