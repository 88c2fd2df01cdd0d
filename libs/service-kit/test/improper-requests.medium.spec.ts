import { once } from 'node:events';
import { connect } from 'node:net';
import { type RunningService, startService } from '@agion/service-kit';
import { startRedis, testEnvironment, type TestRedis } from '@agion/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sample } from './sample-service.js';

let redis: TestRedis;
let service: RunningService;
const lines: string[] = [];
beforeAll(async () => {
  redis = await startRedis();
  const databaseUrl = 'postgresql://nobody@127.0.0.1:1/none';
  const env = { ...(await testEnvironment({ databaseUrl, redisUrl: redis.url })), LOG_LEVEL: 'info' };
  service = await startService(sample, { env, logStream: { write: (line: string) => void lines.push(line) } });
}, 30_000);
afterAll(async () => {
  await service?.close();
  await redis?.stop();
});

/** Sends lines as they are and reads until the server ends the connection. */
async function answerTo(...head: string[]): Promise<string> {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  socket.setTimeout(5_000, () => socket.destroy(new Error('the connection was not ended')));
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  let text = '';
  socket.setEncoding('utf8').on('data', (data: string) => (text += data));
  await once(socket, 'end');
  socket.destroy();
  return text;
}

const END = 'Connection: close';

describe('what Node would answer without a word', () => {
  test.each([
    ['no Host', 400, 'malformed-request', []],
    ['two of them', 400, 'malformed-request', ['Host: one.test', 'hOST: two.test']],
    ['an Expect that nobody knows', 417, 'expectation-failed', ['Host: one.test', 'Expect: a-miracle']],
    ['more than one Expect', 417, 'expectation-failed', ['Host: a', 'Expect: 100-continue', 'Expect: a-miracle']],
  ])('%s is answered %d with a problem, and the connection ends', async (_, status, problem, headers) => {
    for (const path of ['/health', '/nothing/here']) {
      const text = await answerTo(`GET ${path} HTTP/1.1`, ...headers);
      const [head = '', body = ''] = text.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '').split('\r\n\r\n');
      expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(head).toMatch(/content-type: application\/problem\+json/i);
      const { trace_id, ...said } = JSON.parse(body) as { trace_id: string };
      expect(said).toMatchObject({ type: `/problems/${problem}`, status, instance: path });
      expect(lines.join('')).toContain(trace_id);
    }
  });

  test.each([
    ['HTTP/1.1 with a Host', 'GET /health HTTP/1.1', ['Host: one.test', END]],
    ['HTTP/1.1 with an empty Host', 'GET /health HTTP/1.1', ['Host:', END]],
    ['HTTP/1.0 without', 'GET /health HTTP/1.0', []],
    ['an Expect of 100-continue', 'GET /health HTTP/1.1', ['Host: one.test', 'Expect: 100-Continue', END]],
  ])('%s is answered as ever', async (_, line, headers) => {
    expect(await answerTo(line, ...headers)).toMatch(/HTTP\/1\.1 200 OK\r\n/);
  });

  test('a client that waits for leave to send its body gets it', async () => {
    const text = await answerTo('POST /v1/notes HTTP/1.1', 'Host: a', 'Expect: 100-continue', 'Content-Length: 0', END);
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 401 /);
  });
});
