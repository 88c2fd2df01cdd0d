import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Channels, createRedis, type RedisConnection } from '@agion/messaging';
import { eventually, parseEventStream } from '@agion/testing';
import { CHANNELS, feedKey } from '@agion/wire';
import { Agent, fetch, type Response } from 'undici';
import { type GatewayUnderTest, json, serviceToken, startGateway, Upstream } from './gateway-under-test.js';

const STREAMS = 3;
let gateway: GatewayUnderTest;
let execution: Upstream;
let redis: RedisConnection;
let status: string;
const client = new Agent();
const open = new Set<AbortController>();

beforeAll(async () => {
  gateway = await startGateway({ GATEWAY_STREAMS_PER_CALLER: String(STREAMS) });
  execution = await Upstream.listen(Number(gateway.env.EXECUTION_PORT));
  execution.behave = (_, response) =>
    json(response, { run_id: 'run', thread_id: 't', status, answer: 'It rains.', error: null });
  redis = createRedis({ url: gateway.redis.url, role: 'command', name: 'test' });
}, 60_000);
afterEach(() => {
  status = 'running';
  for (const each of open) each.abort();
  open.clear();
});
afterAll(async () => {
  redis.disconnect();
  await client.destroy(); // also connections it has opened and not used, which a server would wait for
  await gateway.stop();
  await execution.close();
});

/** Opens a stream and leaves it open. */
async function listen(token: string, query = '', headers: Record<string, string> = {}): Promise<Response> {
  const leaving = new AbortController();
  open.add(leaving);
  return fetch(`${gateway.running.url}/ag-ui/events${query}`, {
    dispatcher: client,
    headers: { authorization: `Bearer ${token}`, ...headers },
    signal: AbortSignal.any([leaving.signal, AbortSignal.timeout(10_000)]),
  });
}

describe('open streams', () => {
  test('are so many for a caller, and nobody else has fewer', async () => {
    const ada = await gateway.person('viewer', { sub: 'ada' });
    const many = await Promise.all(Array.from({ length: STREAMS + 2 }, () => listen(ada)));
    expect(many.map((each) => each.status).sort()).toEqual([200, 200, 200, 429, 429]);
    const refused = many.find((each) => each.status === 429);
    expect(await refused?.json()).toMatchObject({ type: '/problems/too-many-requests' });
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    const run = await gateway.call('POST', '/ag-ui/run', { token: ada, headers: { 'last-event-id': 'run/0-0' } });
    expect(run.status).toBe(429);
    expect((await listen(await gateway.person('viewer', { sub: 'bob' }))).status).toBe(200);
    for (const each of open) each.abort();
    await eventually(async () => expect((await listen(ada)).status).toBe(200));
  });

  test('end with the credentials they were opened with, and say when to come back', async () => {
    const exp = Math.floor(Date.now() / 1_000) + 2;
    const stream = await listen(await gateway.person('viewer', { sub: 'eve', exp }));
    expect(stream.status).toBe(200);
    const { events, comments, retry } = parseEventStream(await stream.text());
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1_000 - 50);
    expect(Date.now()).toBeLessThan(exp * 1_000 + 2_000);
    expect({ events, retry }).toEqual({ events: [], retry: 1_000 });
    expect(comments.at(-1)).toBe('the credentials are no longer valid');
  });

  test('end when the token they were opened with is revoked', async () => {
    const stream = await listen(serviceToken('good'));
    expect(stream.status).toBe(200);
    const channels = new Channels(redis);
    const text = stream.text();
    let ended = false;
    void text.finally(() => (ended = true));
    await eventually(async () => {
      await channels.publish(CHANNELS.control, { credential_ids: ['other', 'good'] });
      expect(ended).toBe(true);
    });
    expect(parseEventStream(await text).comments.at(-1)).toBe('the credentials are no longer valid');
  });

  test('may be asked for with a long question, within reason', async () => {
    const ada = await gateway.person('viewer', { sub: 'long' });
    expect((await listen(ada, `?user_message=${'a'.repeat(7_000)}`)).status).toBe(200);
    const longer = await listen(ada, `?user_message=${'a'.repeat(9_000)}`);
    expect(longer.status).toBe(414);
    expect(await longer.json()).toMatchObject({ type: '/problems/uri-too-long' });
  });
});

describe('a position in a run that is over', () => {
  let last: string;
  const after = async (entryId: string): Promise<{ status: number; kinds: unknown[] }> => {
    status = 'succeeded';
    const token = await gateway.person('viewer', { sub: entryId });
    const stream = await fetch(`${gateway.running.url}/ag-ui/run`, {
      dispatcher: client,
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'last-event-id': `run/${entryId}` },
      signal: AbortSignal.timeout(10_000),
    });
    const { events } = parseEventStream(await stream.text());
    return { status: stream.status, kinds: events.map(({ data }) => (JSON.parse(data) as { type: string }).type) };
  };

  beforeAll(async () => {
    const ids = { run_id: 'run', thread_id: 't' };
    const told = [
      { kind: 'run.started', ...ids },
      { kind: 'text.started', message_id: 'm' },
      { kind: 'text.delta', message_id: 'm', delta: 'It rains.' },
      { kind: 'text.ended', message_id: 'm', text: 'It rains.' },
      { kind: 'run.finished', ...ids },
    ];
    const key = feedKey.runEvents('default', 'run');
    for (const [seq, event] of told.entries())
      last = (await redis.xadd(key, '*', 'event', JSON.stringify({ ...event, seq }))) ?? '';
  });

  const WHOLE = ['RUN_STARTED', 'TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END', 'RUN_FINISHED'];

  test.each(['0-0', '1-0', '5-7'])('that was never given out (%s) tells what comes after it', async (entryId) => {
    expect(await after(entryId)).toEqual({ status: 200, kinds: WHOLE });
  });

  test('at its end, or after it, is 204', async () => {
    expect((await after(last)).status).toBe(204);
    expect((await after('999999999999999-0')).status).toBe(204);
  });

  test('from the beginning tells the whole answer also when the feed is gone', async () => {
    await redis.del(feedKey.runEvents('default', 'run'));
    expect((await after(last)).status).toBe(204);
    expect(await after('0-0')).toEqual({ status: 200, kinds: WHOLE });
  });
});
