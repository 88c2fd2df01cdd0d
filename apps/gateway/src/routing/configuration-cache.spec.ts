import { describe, expect, it } from '@jest/globals';
import { ConfigurationCache, type StoredAnswer } from './configuration-cache.js';

const answer = (body: string, status = 200): StoredAnswer => ({ status, headers: {}, body, length: body.length });

function setUp(): {
  cache: ConfigurationCache;
  asked: string[];
  advance: (ms: number) => void;
  ask: (body: string, status?: number) => () => Promise<StoredAnswer>;
} {
  let at = 1_000;
  const asked: string[] = [];
  return {
    cache: new ConfigurationCache({ cacheMs: 5_000, cacheBytes: 1_048_576 }, () => at),
    asked,
    advance: (ms) => (at += ms),
    ask: (body, status) => () => {
      asked.push(body);
      return Promise.resolve(answer(body, status));
    },
  };
}

/** A question whose answer the test gives when it likes. */
function pending(): { ask: () => Promise<StoredAnswer>; give: (body: string) => void } {
  const { promise, resolve } = Promise.withResolvers<StoredAnswer>();
  return { ask: () => promise, give: (body) => resolve(answer(body)) };
}

describe('the configuration cache', () => {
  it('keeps an answer for the time it was given, counted from the question', async () => {
    const { cache, ask, advance } = setUp();
    await cache.fetch('default', 'k', ask('v1'));
    advance(4_999);
    expect(cache.find('default', 'k')?.body).toBe('v1');
    advance(1);
    expect(cache.find('default', 'k')).toBeUndefined();
  });

  it('forgets an organization when it changes, and no other', async () => {
    const { cache, ask } = setUp();
    await cache.fetch('default', 'a k', ask('v1'));
    await cache.fetch('acme', 'b k', ask('w1'));
    cache.drop('default');
    expect(cache.find('default', 'a k')).toBeUndefined();
    expect(cache.find('acme', 'b k')?.body).toBe('w1');
  });

  it('asks once for all who want the same at the same time', async () => {
    const { cache, ask, asked } = setUp();
    const answers = await Promise.all([1, 2, 3].map(() => cache.fetch('default', 'k', ask('v1'))));
    expect(answers.map(({ body }) => body)).toEqual(['v1', 'v1', 'v1']);
    expect(asked).toEqual(['v1']);
  });

  it('does not keep an answer that was asked for before a change', async () => {
    const { cache } = setUp();
    const slow = pending();
    const early = cache.fetch('default', 'k', slow.ask);
    cache.drop('default');
    slow.give('old');
    expect((await early).body).toBe('old');
    expect(cache.find('default', 'k')).toBeUndefined();
  });

  it('does not let a question after a change join one from before it', async () => {
    const { cache, ask } = setUp();
    const slow = pending();
    const early = cache.fetch('default', 'k', slow.ask);
    cache.drop('default');
    expect((await cache.fetch('default', 'k', ask('new'))).body).toBe('new');
    slow.give('old');
    await early;
    expect(cache.find('default', 'k')?.body).toBe('new');
  });

  it('keeps no problem, and passes a failure on to all who wait', async () => {
    const { cache, ask } = setUp();
    await cache.fetch('default', 'k', ask('none', 404));
    expect(cache.find('default', 'k')).toBeUndefined();
    const fail = (): Promise<StoredAnswer> => Promise.reject(new Error('away'));
    const both = await Promise.allSettled([cache.fetch('default', 'k', fail), cache.fetch('default', 'k', fail)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await cache.fetch('default', 'k', ask('back'))).body).toBe('back');
  });

  it('stays within its memory', async () => {
    const { cache, ask } = setUp();
    const body = 'x'.repeat(50_000);
    for (let i = 0; i < 100; i++) await cache.fetch('default', `k${i}`, ask(body));
    const kept = Array.from({ length: 100 }, (_, i) => cache.find('default', `k${i}`)).filter(Boolean);
    expect(kept.length).toBeGreaterThan(15);
    expect(kept.length).toBeLessThanOrEqual(20);
    await cache.fetch('default', 'big', ask('x'.repeat(60_000)));
    expect(cache.find('default', 'big')).toBeUndefined();
  });
});
