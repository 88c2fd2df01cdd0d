import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, startCanary, type Canary } from '@agion/testing';
import { OutgoingClient, type OutgoingRequest } from '../src/outgoing/outgoing.client.js';
import type { OutgoingError } from '../src/outgoing/outgoing.errors.js';

/** A server that answers, hangs or breaks off. */
let server: Canary;
let mood: 'well' | 'failing' | 'silent' | 'broken';
let asked = 0;
let client: OutgoingClient;
let recorded: string[];

beforeAll(async () => {
  server = await startCanary((request, response) => {
    asked += 1;
    if (mood === 'well') response.end('fine');
    else if (mood === 'failing') response.writeHead(503).end();
    else if (mood === 'broken') request.socket.destroy();
  });
});
beforeEach(() => {
  mood = 'well';
  asked = 0;
  recorded = [];
  const allowed = [{ host: '127.0.0.1', port: server.port }];
  client = new OutgoingClient({ allowed, record: (what) => void recorded.push(what) });
});
afterEach(() => client.onApplicationShutdown());
afterAll(() => server.close());

const call = (request: OutgoingRequest = {}): Promise<string> =>
  client.request(`http://127.0.0.1:${server.port}/`, request).then(
    ({ status }) => String(status),
    (error: unknown) => (error as OutgoingError).reason,
  );
const calls = async (count: number, request: OutgoingRequest = {}): Promise<string[]> => {
  const said: string[] = [];
  while (said.length < count) said.push(await call(request));
  return said;
};

describe('an origin', () => {
  it.each([
    ['breaks off', 'broken', 'unreachable'],
    ['gives no answer in time', 'silent', 'timeout'],
  ] as const)('that %s five times is left alone, and called again once it may be back', async (_, fault, reason) => {
    mood = fault;
    const limits = { timeoutMs: fault === 'silent' ? 100 : 10_000 };
    expect(await calls(7, { limits })).toEqual([...Array<string>(5).fill(reason), 'left-alone', 'left-alone']);
    await eventually(() => expect(asked).toBe(5));
    expect(recorded).toEqual([...Array<string>(4).fill(reason), 'opened', reason, 'left-alone', 'left-alone']);
    mood = 'well';
    await eventually(async () => expect(await call()).toBe('200'), { intervalMs: 100 });
    expect(await calls(6)).toEqual(Array(6).fill('200'));
  });

  it('is tried by one call alone, and left alone again where that fails', async () => {
    mood = 'broken';
    await calls(5);
    await eventually(() => expect(call()).resolves.toBe('unreachable'), { intervalMs: 100 });
    expect(asked).toBe(6);
    expect(await Promise.all([call(), call()])).toEqual(['left-alone', 'left-alone']);
  });

  it('that answers is never left alone, whatever it answers', async () => {
    mood = 'failing';
    expect(await calls(20)).toEqual(Array(20).fill('503'));
  });

  it('is left alone for nobody else than those whose calls count together', async () => {
    mood = 'broken';
    expect(await calls(6, { countedFor: 'acme' })).toContain('left-alone');
    mood = 'well';
    expect(await call({ countedFor: 'acme' })).toBe('left-alone');
    expect(await call({ countedFor: 'globex' })).toBe('200');
    expect(await call()).toBe('200');
  });

  it('is not blamed for calls that are refused, or that their caller ends', async () => {
    const refused = (): Promise<string> => client.request('http://127.0.0.1:1/').then(String, (error) => error.reason);
    for (let i = 0; i < 8; i++) expect(await refused()).toBe('refused');
    mood = 'silent';
    for (let i = 0; i < 8; i++)
      await expect(
        client.request(`http://127.0.0.1:${server.port}/`, { signal: AbortSignal.timeout(20) }),
      ).rejects.toMatchObject({ name: 'TimeoutError' });
    mood = 'well';
    expect(await call()).toBe('200');
  });
});
