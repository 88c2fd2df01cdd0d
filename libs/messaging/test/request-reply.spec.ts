import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, startRedis, type TestRedis } from '@agion/testing';
import { RequestReply, RequestTimeoutError, type StreamEntry } from '../src/index.js';
import { ConsumerBench } from './consumer-bench.js';

let server: TestRedis;
let bench: ConsumerBench;
let asking: RequestReply;
let replies: string;

beforeEach(async () => {
  server = await startRedis();
  bench = await new ConsumerBench(server.url).ready();
  replies = `replies:${randomUUID()}`;
  asking = new RequestReply({
    redisUrl: server.url,
    requestStream: bench.stream,
    replyStream: replies,
    name: 'asking',
    mostWaiting: 200,
  });
});
afterEach(async () => {
  await asking.close();
  await bench.end();
  await server.stop();
});

/** Answers every request with the double of its number. */
const doubling = async (entries: StreamEntry[]): Promise<void> => {
  await bench.producer.appendMany(
    replies,
    entries.map(({ fields }) => ({ correlation_id: fields['correlation_id'], double: Number(fields['n']) * 2 })),
    { olderThanMs: 60_000 },
  );
};

describe('request and reply', () => {
  test('each request gets its own reply, whatever else stands on the reply stream', async () => {
    await bench.producer.append(replies, { correlation_id: 'old', double: -1 });
    bench.consume(doubling);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) => asking.request({ n }, { timeoutMs: 15_000 })),
    );
    expect(answers.map((answer) => Number(answer['double']))).toEqual(Array.from({ length: 100 }, (_, n) => n * 2));
  });

  test('a request without reply times out, and a late reply disturbs nobody', async () => {
    const unanswered = asking.request({ n: 1 }, { timeoutMs: 100, correlationId: 'c-1' });
    await expect(unanswered).rejects.toThrow(new RequestTimeoutError('c-1', 100));
    await bench.producer.append(replies, { correlation_id: 'c-1', double: 2 });
    bench.consume(doubling);
    expect(await asking.request({ n: 4 }, { timeoutMs: 15_000 })).toMatchObject({ double: '8' });
  });

  test('a reply is found although the connection was cut while it was awaited', async () => {
    const waiting = asking.request({ n: 3 }, { timeoutMs: 15_000 });
    await eventually(async () => expect(await bench.redis.xlen(bench.stream)).toBe(1));
    await eventually(async () => expect(await bench.killConnection('asking:replies')).toBe(1));
    bench.consume(doubling);
    expect(await waiting).toMatchObject({ double: '6' });
  });

  test('a request fails in its time when redis is away, and works again when it is back', async () => {
    bench.consume(doubling);
    await asking.request({ n: 1 }, { timeoutMs: 15_000 });
    await server.stop();
    await eventually(() => expect(asking.request({ n: 2 }, { timeoutMs: 100 })).rejects.toThrow('could not be sent'));
    await server.start();
    await eventually(() => asking.request({ n: 3 }, { timeoutMs: 1_000 }), { timeoutMs: 15_000 });
  });

  test('a request waits for the connection to come back, and is not sent when its time was up before', async () => {
    await asking.request({ n: 0 }, { timeoutMs: 50 }).catch(() => undefined);
    await server.stop();
    await eventually(() => expect(asking.request({ n: 1 }, { timeoutMs: 100 })).rejects.toThrow('could not be sent'));
    const expired = asking.request({ n: 1 }, { timeoutMs: 100, correlationId: 'expired' });
    await expect(expired).rejects.toThrow('could not be sent');
    const waiting = Promise.all(
      Array.from({ length: 20 }, (_, n) => asking.request({ n }, { timeoutMs: 15_000, correlationId: `c-${n}` })),
    );
    await server.start();
    bench.consume(doubling);
    expect((await waiting).map((answer) => Number(answer['double']))).toEqual(
      Array.from({ length: 20 }, (_, n) => n * 2),
    );
    const entries = await bench.redis.xrange(bench.stream, '-', '+');
    expect(entries.filter(([, flat]) => flat.includes('expired'))).toEqual([]);
  });

  test('there is a limit to what may wait, and closing rejects what waits', async () => {
    const waiting = Array.from({ length: 200 }, () => asking.request({ n: 1 }, { timeoutMs: 60_000 }));
    const settled = Promise.allSettled(waiting);
    await expect(asking.request({ n: 1 }, { timeoutMs: 100 })).rejects.toThrow('too many requests');
    await asking.close();
    expect((await settled).every(({ status }) => status === 'rejected')).toBe(true);
  });
});
