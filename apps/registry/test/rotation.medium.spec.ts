import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Principal } from '@agion/wire';
import { operator, RegistryUnderTest, serviceOf } from './registry-under-test.js';

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

const verify = (token: string) =>
  registry.call('POST', '/internal/credentials/verify', { as: serviceOf('gateway'), body: { token } });
const holderOf = async ({ token }: Issued): Promise<Principal> => (await verify(token)).body.principal as Principal;
const endOf = async ({ token }: Issued): Promise<string | null> => (await verify(token)).body.expires_at;
const statusOf = async ({ token }: Issued): Promise<number> => (await verify(token)).status;
const issue = async (path: string, body: object, as = operator()): Promise<Issued> => {
  const answer = await registry.call('POST', `/v1/${path}`, { as, body });
  expect(answer.status).toBe(201);
  return answer.body as Issued;
};
const forContainer = (id: string, body: object = {}, as = operator()) => issue(`containers/${id}/tokens`, body, as);
const forAgent = (id: string, body: object = {}, as = operator()) => issue(`agents/${id}/token`, body, as);

describe('a token that is being replaced', () => {
  it('neither touches its successor nor makes one that outlives it', async () => {
    const old = await forContainer('replaced');
    const holder = await holderOf(old);
    const next = await forContainer('replaced', { overlap_seconds: 600 });
    const end = await endOf(old);
    const own = await forContainer('replaced', { overlap_seconds: 0 }, holder);
    expect(own.replaces).toEqual([old.key_id]);
    expect([await statusOf(old), await statusOf(next)]).toEqual([401, 200]);
    expect(await endOf(next)).toBeNull();
    expect(own.expires_at).toBe(end);
  });

  it('does not gain a second by asking again and again', async () => {
    const first = await forContainer('again');
    await forContainer('again', { overlap_seconds: 600 });
    const end = await endOf(first);
    let last = first;
    for (let i = 0; i < 3; i += 1) {
      last = await forContainer('again', { expires_in_seconds: 86_400, overlap_seconds: 600 }, await holderOf(last));
      expect(Date.parse(last.expires_at ?? 'never')).toBeLessThanOrEqual(Date.parse(end ?? 'never'));
    }
  });

  it('has no longer-lived one made for an agent of its container, and leaves those its successor made', async () => {
    const old = await forContainer('box');
    const holder = await holderOf(old);
    const next = await forContainer('box', { overlap_seconds: 600 });
    await registry.call('POST', '/v1/agents/register', { body: { agent_id: 'box:one', name: 'one' } });
    const good = await forAgent('box:one', {}, await holderOf(next));
    const bad = await forAgent('box:one', { overlap_seconds: 0 }, holder);
    expect([bad.replaces, bad.expires_at]).toEqual([[], await endOf(old)]);
    expect([await statusOf(good), await endOf(good)]).toEqual([200, null]);
  });

  it('cannot cut the one a second holder was given at the same moment', async () => {
    const old = await forContainer('raced');
    const holder = await holderOf(old);
    const both = await Promise.all([1, 2, 3].map(() => forContainer('raced', { overlap_seconds: 60 }, holder)));
    const ends = both.map(({ expires_at }) => expires_at);
    expect(ends.filter((end) => end === null)).toHaveLength(1);
    for (const end of ends) {
      if (end !== null) expect(Date.parse(end)).toBeLessThanOrEqual(Date.parse((await endOf(old)) ?? 'never'));
    }
    expect(await Promise.all(both.map(statusOf))).toEqual([200, 200, 200]);
  });
});

describe('a token nobody has replaced', () => {
  it('may be renewed for as long as it was made for, and leaves those beside it that are newer', async () => {
    const old = await forContainer('renewed', { expires_in_seconds: 600 });
    const beside = await forContainer('renewed');
    const next = await forContainer('renewed', { overlap_seconds: 0 }, await holderOf(old));
    expect(next.replaces).toEqual([old.key_id]);
    expect(Date.parse(next.expires_at ?? '')).toBeGreaterThan(Date.parse(old.expires_at ?? ''));
    expect([await statusOf(old), await statusOf(beside)]).toEqual([401, 200]);
  });

  it('of a container rotates those of its agents', async () => {
    const holder = await holderOf(await forContainer('whole'));
    await registry.call('POST', '/v1/agents/register', { body: { agent_id: 'whole:one', name: 'one' } });
    const first = await forAgent('whole:one', {}, holder);
    const second = await forAgent('whole:one', { overlap_seconds: 0 }, holder);
    expect(second.replaces).toContain(first.key_id);
    expect([await statusOf(first), await statusOf(second)]).toEqual([401, 200]);
  });
});
