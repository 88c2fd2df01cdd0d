import { EventSchema } from '@ag-ui/core/schemas';
import { decode } from '@ag-ui/proto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { gateway } from '@agion/gateway';
import { createRedis, type RedisConnection } from '@agion/messaging';
import { startService } from '@agion/service-kit';
import { eventually, parseEventStream, type ReceivedEvent } from '@agion/testing';
import { feedKey, type RunStatus } from '@agion/wire';
import { type AgUiEvent, agUiInput as input, parsed, problemOf, runAgent, spoken, typesOf } from '../ag-ui-client.js';
import { type EventReader, openEvents } from '../event-reader.js';
import { type Platform, startPlatform } from '../platform.js';

const PROTOBUF = 'application/vnd.ag-ui.event+proto';

let platform: Platform;
let redis: RedisConnection;
let ada: string;
let bob: string;

beforeAll(async () => {
  platform = await startPlatform();
  redis = createRedis({ url: platform.redis.url, role: 'command', name: 'test' });
  ada = await platform.person('viewer', { subject: 'ada' });
  bob = await platform.person('operator', { subject: 'bob' });
}, 60_000);
afterAll(async () => {
  redis?.disconnect();
  await platform?.stop();
});

/** A run as Ada, at the platform's gateway, unless told otherwise. */
const run = (
  body: unknown,
  options: { token?: string; url?: string; headers?: Record<string, string> } = {},
): Promise<EventReader> =>
  runAgent(options.url ?? platform.url, body, { token: options.token ?? ada, headers: options.headers ?? {} });

const statusOf = async (runId: string): Promise<RunStatus> =>
  ((await platform.call('GET', `/api/v1/runs/${runId}`, { token: ada })).body as { status: RunStatus }).status;

describe('POST /ag-ui/run', () => {
  it('is a stream the AG-UI 1.0 client accepts without a warning', async () => {
    const reader = await run(input('run-1'));
    expect(reader.status).toBe(200);
    expect(reader.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const events = await reader.rest();
    // Each event is valid and holds nothing the schema does not know.
    for (const { data } of events) expect(EventSchema.parse(JSON.parse(data))).toEqual(JSON.parse(data));
    const types = typesOf(events);
    expect(types.slice(0, 3)).toEqual(['RUN_STARTED', 'TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT']);
    expect(types.slice(-2)).toEqual(['TEXT_MESSAGE_END', 'RUN_FINISHED']);
    expect(new Set(types.slice(2, -2))).toEqual(new Set(['TEXT_MESSAGE_CONTENT']));
    expect(parsed(events)[0]).toMatchObject({ runId: 'run-1', threadId: 'thread-1' });
    expect(parsed(events).at(-1)).toMatchObject({ runId: 'run-1', threadId: 'thread-1' });
    expect(spoken(events)).toContain('“Will it rain in London?”');
    expect(reader.text()).not.toContain('\r');
    expect(reader.text()).not.toContain('[DONE]');
    for (const { id } of events) expect(id).toMatch(/^run-1\/\d+-\d+$/);
  });

  it('with the same run id tells the same run again and starts nothing', async () => {
    const again = await (await run(input('run-1'))).rest();
    expect(typesOf(again).at(-1)).toBe('RUN_FINISHED');
    expect(spoken(again)).toContain('“Will it rain in London?”');
  });

  it('with a run id of another question is refused', async () => {
    const other = await run(input('run-1', { messages: [{ id: 'x', role: 'user', content: 'Other?' }] }));
    expect(other.status).toBe(409);
    expect(await problemOf(other)).toMatchObject({ type: '/problems/conflict' });
  });

  it('is the same in protobuf, where Accept names it', async () => {
    const sse = await (await run(input('run-1'))).rest();
    const response = await fetch(`${platform.url}/ag-ui/run`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ada}`, 'content-type': 'application/json', accept: PROTOBUF },
      body: JSON.stringify(input('run-1')),
    });
    expect(response.headers.get('content-type')).toBe(PROTOBUF);
    const bytes = Buffer.from(await response.arrayBuffer());
    const events: unknown[] = [];
    for (let at = 0; at < bytes.length; at += 4 + bytes.readUInt32BE(at))
      events.push(decode(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at))));
    expect(events.map((event) => EventSchema.parse(event))).toMatchObject(parsed(sse));
  });

  it('survives broken connections: what follows Last-Event-ID has no gap and no repeat', async () => {
    const whole: ReceivedEvent[] = [];
    let reader = await run(input('run-2'));
    for (let cuts = 0; ; cuts += 1) {
      const some = await reader.take(cuts + 1);
      reader.drop();
      whole.push(...some.slice(0, cuts + 1));
      if (cuts === 4) break;
      reader = await run('', { headers: { 'last-event-id': whole.at(-1)?.id ?? '' } });
    }
    const last = await openEvents(`${platform.url}/ag-ui/run?after=${encodeURIComponent(whole.at(-1)?.id ?? '')}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ada}` },
    });
    whole.push(...(await last.rest()));
    const uncut = await (await run(input('run-2'))).rest();
    expect(whole).toEqual(uncut);
    expect(typesOf(whole).filter((type) => type === 'RUN_STARTED')).toHaveLength(1);
  });

  it('is whole after a hundred cuts at any byte', async () => {
    const uncut = await (await run(input('run-2'))).rest();
    const whole: ReceivedEvent[] = [];
    for (let cut = 1; cut <= 100; cut += 1) {
      const last = whole.at(-1)?.id;
      const reader = await run(last === undefined ? input('run-2') : '', {
        headers: last === undefined ? {} : { 'last-event-id': last },
      });
      if (reader.status === 204) break;
      await reader.rest();
      const bytes = Buffer.from(reader.text());
      const length = Math.min(bytes.length, (cut * 7_919) % 400); // in the middle of fields, ids and characters
      whole.push(...parseEventStream(bytes.subarray(0, length).toString()).events);
    }
    const missing = uncut.slice(whole.length);
    expect([...whole, ...missing]).toEqual(uncut);
    expect(whole.length).toBeGreaterThan(10);
  });

  it('goes on when its reader leaves', async () => {
    const reader = await run(input('run-3'));
    await reader.take(2);
    reader.drop();
    await eventually(async () => expect(await statusOf('run-3')).toBe('succeeded'));
  });

  it('answers 204 to who has read it to its end', async () => {
    const events = await (await run(input('run-3'))).rest();
    const last = events.at(-1)?.id ?? '';
    expect((await run('', { headers: { 'last-event-id': last } })).status).toBe(204);
    const almost = await run('', { headers: { 'last-event-id': events.at(-2)?.id ?? '' } });
    expect(typesOf(await almost.rest())).toEqual(['RUN_FINISHED']);
  });

  it('outlives its feed: 204 to who was reading, the whole answer to who begins again', async () => {
    const key = feedKey.runEvents('default', 'run-3');
    const events = await (await run(input('run-3'))).rest();
    await redis.xdel(key, events.at(-1)?.id.split('/')[1] ?? ''); // as if execution had died before it could tell the end
    expect(typesOf(await (await run(input('run-3'))).rest())).toEqual(typesOf(events));
    await redis.del(key);
    expect((await run('', { headers: { 'last-event-id': events[2]?.id ?? '' } })).status).toBe(204);
    const again = await (await run(input('run-3'))).rest();
    expect(typesOf(again).at(-1)).toBe('RUN_FINISHED');
    expect(spoken(again)).toBe(spoken(events));
  });

  it('tells an event once that was appended twice, and admits a gap', async () => {
    await (await run(input('run-5'))).rest();
    const key = feedKey.runEvents('default', 'run-5');
    const entries = await redis.xrange(key, '-', '+');
    const rewrite = async (kept: typeof entries): Promise<AgUiEvent[]> => {
      await redis.del(key);
      for (const [, fields] of kept) await redis.xadd(key, '*', ...fields);
      return parsed(await (await run(input('run-5'))).rest());
    };
    const doubled = await rewrite(entries.flatMap((entry) => [entry, entry]));
    expect(doubled).toHaveLength(entries.length);
    const holed = await rewrite(entries.filter((_, index) => index !== 3));
    expect(holed.at(-1)).toMatchObject({ type: 'RUN_ERROR', code: 'STREAM_LOST' });
  });

  it('belongs to its caller: to others it does not exist, whatever their role', async () => {
    const headers = { 'last-event-id': (await (await run(input('run-1'))).rest())[0]?.id ?? '' };
    const foreign = await run('', { token: bob, headers });
    expect(foreign.status).toBe(404);
    expect(await problemOf(foreign)).toMatchObject({ type: '/problems/run-not-found' });
    expect((await run('', { headers: { 'last-event-id': 'run-none/1-0' } })).status).toBe(404);
    const taken = await run(input('run-3'), { token: bob });
    expect(taken.status).toBe(409);
    expect(taken.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  it.each([
    ['nothing', '', 422],
    ['text that is no JSON', '{', 400],
    ['no question', input('run-x', { messages: [] }), 422],
    ['an image', input('run-x', { messages: [{ role: 'user', content: [{ type: 'image' }] }] }), 422],
  ])('is refused for %s before any stream begins', async (_, body, status) => {
    const reader = await run(body);
    expect(reader.status).toBe(status);
    expect(await problemOf(reader)).toMatchObject({ status });
  });

  it.each(['run-3', 'run-3/', 'a/b/1-0', 'run-3/1-0-0'])('refuses the position %j', async (position) => {
    const reader = await run('', { headers: { 'last-event-id': position } });
    expect(reader.status).toBe(422);
    expect((await problemOf(reader)).errors?.[0]?.pointer).toBe('/header/last-event-id');
  });

  it('answers 406 where neither shape is acceptable', async () => {
    expect((await run(input('run-x'), { headers: { accept: 'application/json' } })).status).toBe(406);
    expect((await fetch(`${platform.url}/ag-ui/run`, { method: 'POST' })).status).toBe(401);
  });
});

describe('a gateway that stops', () => {
  it('ends its streams with a time to come back, and another goes on where they ended', async () => {
    const leaving = await startService(gateway, { env: { ...platform.env, GATEWAY_PORT: '0' } });
    const reader = await run(input('run-4'), { url: leaving.url });
    await reader.take(3);
    await leaving.close();
    const before = await reader.rest();
    expect(parseEventStream(reader.text()).retry).toBe(1_000);
    expect(typesOf(before)).not.toContain('RUN_ERROR');
    const after = await (await run('', { headers: { 'last-event-id': before.at(-1)?.id ?? '' } })).rest();
    expect([...before, ...after]).toEqual(await (await run(input('run-4'))).rest());
  });
});
