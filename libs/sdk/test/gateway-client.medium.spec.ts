import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { freePorts } from '@agion/testing';
import {
  ConnectionError,
  GoneError,
  InvalidRequestError,
  NotFoundError,
  RateLimitedError,
  ServerError,
  TimeoutError,
} from '../src/errors.js';
import { GatewayClient } from '../src/http/gateway.client.js';
import { type ScriptedGateway, startScriptedGateway } from './scripted-gateway.js';

let gateway: ScriptedGateway;

beforeAll(async () => {
  gateway = await startScriptedGateway();
});
afterAll(() => gateway.stop());
beforeEach(() => void (gateway.received.length = 0));

const failing = (error: Promise<unknown>): Promise<unknown> =>
  error.then(
    () => undefined,
    (caught: unknown) => caught,
  );

describe.each([
  ['connections of its own', {}],
  ['a given `fetch`', { fetch: globalThis.fetch }],
])('over %s', (_, transport) => {
  let client: GatewayClient;
  beforeEach(() => {
    client = new GatewayClient({
      url: `${gateway.url}/`,
      token: () => 'agion_agt_x',
      random: () => 0,
      ...transport,
    });
  });

  describe('a call', () => {
    test('sends the token, the query and JSON, and answers with body and ETag', async () => {
      gateway.answer(() => ({ body: { a: 1 }, headers: { etag: '"e"' } }));
      const answer = await client.call('POST', '/api/v1/things', {
        query: { q: 'x y', none: undefined },
        body: { b: 2 },
      });
      expect(answer).toEqual({ status: 200, body: { a: 1 }, etag: '"e"' });
      expect(gateway.received[0]).toMatchObject({ method: 'POST', path: '/api/v1/things?q=x+y', body: { b: 2 } });
      expect(gateway.received[0]?.headers).toMatchObject({ authorization: 'Bearer agion_agt_x' });
    });

    test('answers 304 and 204 without a body', async () => {
      gateway.answer(({ path }) => ({ status: path.endsWith('same') ? 304 : 204 }));
      expect(await client.call('GET', '/api/v1/same')).toMatchObject({ status: 304, body: undefined });
      expect(await client.call('DELETE', '/api/v1/gone')).toMatchObject({ status: 204, body: undefined });
    });

    test.each([
      [404, NotFoundError],
      [410, GoneError],
      [422, InvalidRequestError],
      [500, ServerError],
    ])(
      'answered with %i throws what it stands for, with the problem, and is not made again',
      async (status, Expected) => {
        const problem = { type: '/problems/x', title: 'X', status, detail: 'because', hint: 'do this' };
        gateway.answer(() => ({ status, body: problem, headers: { 'content-type': 'application/problem+json' } }));
        const error = await failing(client.call('GET', '/api/v1/x'));
        expect(Expected.is(error)).toBe(true);
        expect(error).toMatchObject({ problem, message: 'because' });
        expect(gateway.received).toHaveLength(1);
      },
    );

    test('answered without a problem, by something in between, makes one up from the status', async () => {
      gateway.answer(() => ({ status: 502, text: '<html>' }));
      const error = await failing(client.call('POST', '/api/v1/x'));
      expect(error).toMatchObject({ problem: { status: 502, title: 'Bad Gateway' } });
    });

    test('answered with something that is not JSON says that it may not be the gateway', async () => {
      gateway.answer(() => ({ text: '<html>' }));
      const error = await failing(client.call('GET', '/api/v1/x'));
      expect(error).toMatchObject({ retryable: false, message: expect.stringContaining('is it the gateway') });
    });

    test('is not led elsewhere: the token would go along', async () => {
      gateway.answer(() => ({ status: 302, headers: { location: 'http://127.0.0.1:1/' } }));
      expect(ConnectionError.is(await failing(client.call('POST', '/api/v1/x')))).toBe(true);
    });
  });

  describe('what may succeed later', () => {
    test('is tried again where that does no harm, three times at most', async () => {
      gateway.answer(() => (gateway.received.length < 3 ? { status: 503 } : { body: 'ok' }));
      expect(await client.call('GET', '/api/v1/x')).toMatchObject({ body: 'ok' });
      gateway.received.length = 0;
      gateway.answer(() => ({ status: 503 }));
      expect(ServerError.is(await failing(client.call('POST', '/api/v1/x', { retry: true })))).toBe(true);
      expect(gateway.received).toHaveLength(3);
    });

    test('is tried once where it might do harm', async () => {
      gateway.answer(() => ({ status: 503 }));
      await failing(client.call('POST', '/api/v1/x'));
      expect(gateway.received).toHaveLength(1);
    });

    test('is left to the caller when the platform asks to wait long', async () => {
      gateway.answer(() => ({ status: 429, headers: { 'retry-after': '60' } }));
      const error = await failing(client.call('GET', '/api/v1/x'));
      expect(RateLimitedError.is(error) && error.retryAfterMs).toBe(60_000);
      expect(gateway.received).toHaveLength(1);
    });

    test('ends when the caller does not want it any more', async () => {
      const controller = new AbortController();
      gateway.answer(() => {
        controller.abort();
        return { silent: true };
      });
      const error = await failing(client.call('GET', '/api/v1/x', { signal: controller.signal }));
      expect(error).toMatchObject({ name: 'ConnectionError', retryable: false });
      expect(gateway.received).toHaveLength(1);
    });
  });

  test('no answer in time is a timeout', async () => {
    gateway.answer(() => ({ silent: true }));
    const error = await failing(client.call('POST', '/api/v1/x', { timeoutMs: 50 }));
    expect(TimeoutError.is(error)).toBe(true);
    expect(error).toMatchObject({ retryable: true, message: expect.stringContaining('within 50 ms') });
  });

  test('nobody there is named, with the reason', async () => {
    const [port] = await freePorts(1);
    const nobody = new GatewayClient({ url: `http://127.0.0.1:${port}`, ...transport });
    const error = await failing(nobody.call('POST', '/api/v1/x'));
    expect(error).toMatchObject({ name: 'ConnectionError', message: expect.stringContaining('ECONNREFUSED') });
  });

  test('a call that is not wanted any more is not made', async () => {
    const error = await failing(client.call('POST', '/api/v1/x', { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ name: 'ConnectionError', retryable: false });
    expect(gateway.received).toHaveLength(0);
  });

  test('a path before `/api/v1` stays, and text is UTF-8', async () => {
    gateway.answer(({ body }) => ({ body }));
    const below = new GatewayClient({ url: `${gateway.url}/agion/`, ...transport });
    expect((await below.call('PUT', '/api/v1/x', { body: { name: 'Zoë 🦊' } })).body).toEqual({ name: 'Zoë 🦊' });
    expect(gateway.received[0]?.path).toBe('/agion/api/v1/x');
  });
});
