import { createRedis, type RedisConnection, StreamProducer, connected } from '@agion/messaging';
import { startRedis, type TestRedis } from '@agion/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DecisionAnswers } from '../src/decisions/decision-answers.service.js';
import { DecisionRepliesPublisher } from '../src/decisions/decision-replies.publisher.js';
import { TOO_LATE } from '../src/decisions/judge.js';
import type { Decided } from '../src/decisions/made-decisions.js';

const STREAM = 'governance:responses';

let server: TestRedis;
let commands: RedisConnection;
let others: RedisConnection;
beforeAll(async () => {
  server = await startRedis();
  commands = createRedis({ url: server.url, role: 'command', name: 'answers' });
  others = createRedis({ url: server.url, role: 'blocking', name: 'test' });
  await Promise.all([connected(commands), connected(others)]);
});
afterAll(async () => {
  commands.disconnect();
  others.disconnect();
  await server.stop();
});

const decided = (decisionId: string): Decided =>
  ({
    message: { id: '1-0' },
    question: { correlationId: decisionId },
    decisionId,
    target: { stream: STREAM, named: false },
    span: null,
    made: { judgement: TOO_LATE, answered: false, sent: false, recorded: false, at: new Date() },
  }) as unknown as Decided;

it('of several who wait for an answer on its way that is not taken, one sends it again', async () => {
  const answers = new DecisionAnswers(new DecisionRepliesPublisher(new StreamProducer(commands), commands), {
    name: 'governance',
  } as ConstructorParameters<typeof DecisionAnswers>[1]);
  await answers.send([decided('before')]);
  const one = decided('one');
  await others.call('CLIENT', 'PAUSE', '750', 'WRITE');
  const sent = await Promise.allSettled([1, 2, 3, 4].map(() => answers.send([one])));
  expect(sent.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  const entries = (await others.xrange(STREAM, '-', '+')).filter(([, flat]) => flat.includes('one'));
  expect(entries).toHaveLength(2); // the one whose answer came too late for us, and another
}, 20_000);
