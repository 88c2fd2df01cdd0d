import { beforeEach, describe, expect, test } from '@jest/globals';
import { ManualClock } from '../../test/manual-clock.js';
import { ApiError, ConnectionError, NotFoundError } from '../errors.js';
import { ConfigurationCache } from './configuration-cache.js';
import type { Configuration } from './configuration.js';
import type { Fetched } from './configuration.client.js';

const TTL = 60_000;
const version = (number: number): Configuration => ({
  id: 'p',
  version: number,
  metadata: {},
  updatedAt: '2026-01-01T00:00:00Z',
});
const missing = ApiError.of({ type: '/problems/prompt-not-found', title: 'x', status: 404, hint: 'create it' });

let clock: ManualClock;
let asked: (string | null)[];
let answer: () => Promise<Fetched<Configuration>>;
let cache: ConfigurationCache<Configuration>;

const serve = (number: number): void =>
  void (answer = () => Promise.resolve({ value: version(number), etag: `"${number}"` }));
const held = async (): Promise<number> => (await cache.get('p')).version;
const fail = (error: Error): void => void (answer = () => Promise.reject(error));
const inBackground = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  clock = new ManualClock();
  asked = [];
  cache = new ConfigurationCache({
    fetch: (_, etag) => {
      asked.push(etag);
      return answer();
    },
    ttlMs: TTL,
    clock,
  });
  serve(1);
});

describe('a configuration in memory', () => {
  test('is asked for once, by however many at a time, and not again while it is current', async () => {
    expect(await Promise.all([held(), held(), held()])).toEqual([1, 1, 1]);
    clock.pass(TTL - 1);
    expect(await held()).toBe(1);
    expect(asked).toEqual([null]);
  });

  test('is answered at once when it is a little old, and asked for in the background', async () => {
    await held();
    serve(2);
    clock.pass(TTL);
    expect(await held()).toBe(1);
    await inBackground();
    expect(await held()).toBe(2);
    expect(asked).toEqual([null, '"1"']);
  });

  test('is waited for when it is older than that', async () => {
    await held();
    serve(2);
    clock.pass(2 * TTL);
    expect(await held()).toBe(2);
  });

  test('costs a 304 when it has not changed, and is current again', async () => {
    await held();
    clock.pass(2 * TTL);
    answer = () => Promise.resolve({ value: null, etag: '"1"' });
    expect(await held()).toBe(1);
    clock.pass(TTL - 1);
    expect(await held()).toBe(1);
    expect(asked).toEqual([null, '"1"']);
  });

  test('is last known while the platform is away, however long that is', async () => {
    await held();
    fail(new ConnectionError('away'));
    clock.pass(100 * TTL);
    expect(await held()).toBe(1);
    fail(ApiError.of({ type: 'x', title: 'x', status: 500 }));
    expect(await held()).toBe(1);
  });

  test('that was never fetched is an error while the platform is away', async () => {
    fail(new ConnectionError('away'));
    await expect(held()).rejects.toThrow('away');
  });

  test('is forgotten when it is gone: a 404 with its hint, not the last known', async () => {
    await held();
    clock.pass(2 * TTL);
    fail(missing);
    const error = await held().catch((caught: unknown) => caught);
    expect(NotFoundError.is(error) && error.problem.hint).toBe('create it');
    expect(cache.size).toBe(0);
  });

  test('is asked for at once after a notice', async () => {
    await held();
    serve(2);
    cache.drop('p', 2);
    expect(await held()).toBe(2);
    clock.pass(TTL - 1);
    expect(await held()).toBe(2);
    expect(asked).toHaveLength(2);
  });

  test('is asked for again when a notice comes while an answer is under way', async () => {
    let reply: (fetched: Fetched<Configuration>) => void = () => undefined;
    answer = () => new Promise((resolve) => (reply = resolve));
    const first = held();
    cache.drop('p', 2);
    serve(2);
    reply({ value: version(1), etag: '"1"' });
    expect(await first).toBe(1);
    expect(await held()).toBe(2);
  });

  test('is not believed for long when it is another version than a notice has named', async () => {
    await held();
    cache.drop('p', 2);
    expect(await held()).toBe(1); // the gateway has not heard yet
    serve(2);
    clock.pass(600);
    expect(await held()).toBe(2);
  });

  test('of a rollout, which is never the version of the notice, is believed after a while', async () => {
    cache.drop('p', 2);
    clock.pass(6_000);
    await held();
    clock.pass(TTL - 1);
    await held();
    expect(asked).toHaveLength(1);
  });
});
