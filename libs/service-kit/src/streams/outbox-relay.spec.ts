import { eventually } from '@agion/testing';
import { expect, it } from '@jest/globals';
import { pino } from 'pino';
import { OutboxRelay, type OutboxEntry } from './outbox-relay.js';

it('sends what is large in portions, in its order, so that none of them takes too long', async () => {
  const text = 'x'.repeat(900_000);
  const waiting = Array.from({ length: 20 }, (_, n): OutboxEntry => {
    const stream = n % 5 === 4 ? 'small' : 'large';
    return { stream, fields: { n: String(n), text: stream === 'large' ? text : '' } };
  });
  const sent: { stream: string; numbers: number[] }[] = [];
  const relay = new OutboxRelay({
    source: {
      drain: async (limit, publish) => {
        const entries = waiting.slice(0, limit);
        await publish(entries);
        waiting.splice(0, entries.length);
        return entries.length;
      },
    },
    producer: {
      appendMany: (stream, entries) => {
        sent.push({ stream, numbers: entries.map(({ n }) => Number(n)) });
        return Promise.resolve(entries.map(() => '1-0'));
      },
    },
    sign: (entry) => entry,
    logger: pino({ enabled: false }),
  });
  relay.start();
  await eventually(() => expect(waiting).toEqual([]));
  await relay.stop();
  const large = sent.filter(({ stream }) => stream === 'large').map(({ numbers }) => numbers);
  expect(large.every((numbers) => numbers.length <= 2)).toBe(true);
  expect(large.flat()).toEqual(Array.from({ length: 20 }, (_, n) => n).filter((n) => n % 5 !== 4));
  expect(sent.filter(({ stream }) => stream === 'small')).toEqual([{ stream: 'small', numbers: [4, 9, 14, 19] }]);
});
