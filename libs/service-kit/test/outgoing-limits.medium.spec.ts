import type { IncomingHttpHeaders } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startCanary, type Canary, type CanaryAnswer } from '@agion/testing';
import { outgoingFetch } from '../src/outgoing/outgoing-fetch.js';
import { OutgoingClient, type OutgoingOptions } from '../src/outgoing/outgoing.client.js';
import { PUBLIC_ADDRESS, smallInternet } from './small-internet.js';

interface Heard {
  host: string | undefined;
  method: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

let server: Canary;
let heard: Heard[];
let answer: CanaryAnswer;
let client: OutgoingClient;
const clients: OutgoingClient[] = [];

const makeClient = (options: OutgoingOptions = {}): OutgoingClient => {
  const made = new OutgoingClient({
    schemes: ['http:'],
    ports: [80],
    resolve: () => Promise.resolve([{ address: PUBLIC_ADDRESS, family: 4 }]),
    connector: smallInternet(() => server.port),
    ...options,
  });
  clients.push(made);
  return made;
};

beforeAll(async () => {
  server = await startCanary((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, headers } = request;
      heard.push({ host: headers.host, method, headers, body: Buffer.concat(chunks).toString() });
      answer(request, response);
    });
  });
});

beforeEach(() => {
  heard = [];
  answer = (_, response) => void response.end('fine');
  client = makeClient();
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((made) => made.onApplicationShutdown()));
});

afterAll(() => server.close());

const redirectTo =
  (location: string, status = 302): CanaryAnswer =>
  ({ url }, response) =>
    url === '/from' ? void response.writeHead(status, { location }).end() : void response.end('there');

describe('limits', () => {
  it('an answer of just the limit is read, one byte more is not', async () => {
    const limits = { maxBytes: 100_000 };
    answer = (_, response) => void response.end(Buffer.alloc(100_000));
    expect((await client.request('http://a.test/', { limits })).body).toHaveLength(100_000);
    answer = (_, response) => void response.end(Buffer.alloc(100_001));
    await expect(client.request('http://a.test/', { limits })).rejects.toMatchObject({ reason: 'too-large' });
  });

  it('an answer without end is left at 1 MiB, whatever it says about its length', async () => {
    let sent = 0;
    answer = (_, response) => {
      const more = (): void => {
        while (!response.destroyed && sent < 50_000_000 && response.write(Buffer.alloc(65_536))) sent += 65_536;
      };
      response.on('drain', more);
      more();
    };
    await expect(client.request('http://a.test/')).rejects.toMatchObject({ reason: 'too-large' });
    expect(sent).toBeLessThan(20_000_000);
  });

  it('a body that comes too slowly is given up', async () => {
    answer = (_, response) => {
      const trickle = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(trickle));
    };
    const started = performance.now();
    const slow = client.request('http://a.test/', { limits: { timeoutMs: 300 } });
    await expect(slow).rejects.toMatchObject({ reason: 'timeout' });
    expect(performance.now() - started).toBeLessThan(10_000); // the trickle itself has no end
  });

  it('a server that never answers, and a name that never resolves, are given up', async () => {
    answer = () => undefined;
    const limits = { timeoutMs: 200 };
    await expect(client.request('http://a.test/', { limits })).rejects.toMatchObject({ reason: 'timeout' });
    const lost = makeClient({ resolve: () => new Promise(() => undefined) });
    await expect(lost.request('http://a.test/', { limits })).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('what cannot be reached is said to be so', async () => {
    const none = makeClient({ resolve: () => Promise.reject(new Error('no such name')) });
    await expect(none.request('http://a.test/')).rejects.toMatchObject({ reason: 'unreachable' });
    answer = ({ socket }) => void socket.destroy();
    await expect(client.request('http://a.test/')).rejects.toMatchObject({ reason: 'unreachable' });
  });

  it("the caller's own signal ends it with the caller's own reason", async () => {
    answer = () => undefined;
    const reason = new Error('changed my mind');
    const controller = new AbortController();
    const asked = client.request('http://a.test/', { signal: controller.signal });
    controller.abort(reason);
    await expect(asked).rejects.toBe(reason);
  });
});

describe('redirects', () => {
  it('three are followed, a fourth is not', async () => {
    answer = ({ url = '' }, response) => {
      const left = Number(url.slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    };
    expect((await client.request('http://a.test/3')).body.toString()).toBe('there');
    await expect(client.request('http://a.test/4')).rejects.toMatchObject({ reason: 'redirected' });
    const only = await client.request('http://a.test/4', { limits: { maxRedirects: 0 } });
    expect(only).toMatchObject({ status: 302, headers: { location: '/3' } });
  });

  it('credentials stay with the origin they were for, under whatever name', async () => {
    const headers = { authorization: 'Bearer x', cookie: 'a=b', 'x-api-key': 'k', Accept: 'text/plain' };
    answer = redirectTo('/to');
    await client.request('http://a.test/from', { headers });
    expect(heard[1]?.headers).toMatchObject({ authorization: 'Bearer x', cookie: 'a=b', 'x-api-key': 'k' });
    for (const location of ['http://b.test/to', '//b.test/to']) {
      answer = redirectTo(location);
      await client.request('http://a.test/from', { headers });
      const last = heard.at(-1);
      expect(last).toMatchObject({ host: 'b.test', headers: { accept: 'text/plain' } });
      for (const name of ['authorization', 'cookie', 'x-api-key']) expect(last?.headers).not.toHaveProperty(name);
    }
  });

  it('a body goes nowhere else', async () => {
    const post = { method: 'POST', body: 'secret', headers: { 'content-type': 'text/plain' } } as const;
    answer = redirectTo('http://b.test/to', 307);
    await expect(client.request('http://a.test/from', post)).rejects.toMatchObject({ reason: 'redirected' });
    answer = redirectTo('/to', 308);
    await client.request('http://a.test/from', post);
    expect(heard.at(-1)).toMatchObject({ method: 'POST', body: 'secret' });
    answer = redirectTo('http://b.test/to', 303);
    await client.request('http://a.test/from', post);
    expect(heard.at(-1)).toMatchObject({ method: 'GET', body: '' });
    expect(heard.filter(({ host, body }) => host === 'b.test' && body !== '')).toEqual([]);
  });

  it('a host an operator vouches for is called when it is named, and not because somebody redirects there', async () => {
    const inside = await startCanary();
    const vouching = makeClient({ allowed: [{ host: '127.0.0.1', port: inside.port }] });
    const address = `http://127.0.0.1:${inside.port}/`;
    await expect(vouching.request(address)).resolves.toMatchObject({ status: 200 });
    answer = redirectTo(address);
    await expect(vouching.request('http://a.test/from')).rejects.toMatchObject({ reason: 'refused' });
    expect(inside.heard).toEqual(['GET /']);
    await inside.close();
  });

  it('such a host may redirect within itself', async () => {
    answer = redirectTo('/to');
    const vouching = makeClient({ allowed: [{ host: 'localhost', port: server.port }] });
    expect((await vouching.request(`http://localhost:${server.port}/from`)).body.toString()).toBe('there');
    answer = redirectTo(`http://127.0.0.1:${server.port}/to`);
    await expect(vouching.request(`http://localhost:${server.port}/from`)).rejects.toMatchObject({ reason: 'refused' });
  });
});

describe('what is sent', () => {
  it.each([
    ['a line end in a value', { 'x-a': 'b\r\nx-c: d' }],
    ['a line end in a name', { 'x-a\r\nx-b': 'c' }],
    ['another host', { host: 'b.test' }],
    ['a length', { 'Content-Length': '3' }],
    ['a transfer encoding', { 'transfer-encoding': 'chunked' }],
    ['what is for a proxy', { 'Proxy-Authorization': 'Basic x' }],
    ['an upgrade', { upgrade: 'websocket' }],
    ['bytes that are no text', { 'x-a': '\u0000' }],
  ])('is refused with %s in its headers', async (_, headers) => {
    await expect(client.request('http://a.test/', { headers })).rejects.toMatchObject({ reason: 'refused' });
    expect(heard).toEqual([]);
  });

  it('has a method of HTTP that asks for something', async () => {
    for (const method of ['CONNECT', 'TRACE', 'get', 'GET /x HTTP/1.1\r\nx: y'])
      await expect(client.request('http://a.test/', { method: method as 'GET' })).rejects.toMatchObject({
        reason: 'refused',
      });
    expect(heard).toEqual([]);
  });
});

describe('fetch by way of the client', () => {
  it('sends, and reads the answer as it comes', async () => {
    answer = (_, response) => void response.writeHead(201, { 'content-type': 'application/json' }).end('{"a":1}');
    const response = await outgoingFetch(client)('http://a.test/x', {
      method: 'post',
      headers: new Headers({ 'x-a': 'b' }),
      body: 'hello',
    });
    expect([response.status, await response.json()]).toEqual([201, { a: 1 }]);
    expect(heard).toMatchObject([{ method: 'POST', body: 'hello', headers: { 'x-a': 'b' } }]);
  });

  it('throws as fetch does where the address is refused, and while a body is too large', async () => {
    const fetch = outgoingFetch(client, { maxBytes: 10 });
    await expect(fetch('http://127.0.0.1/')).rejects.toMatchObject({
      name: 'TypeError',
      message: 'fetch failed',
      cause: { reason: 'refused' },
    });
    answer = (_, response) => void response.end('x'.repeat(11));
    await expect(fetch('http://a.test/').then((response) => response.text())).rejects.toMatchObject({
      reason: 'too-large',
    });
  });

  it('gives an answer without a body none', async () => {
    answer = (_, response) => void response.writeHead(204).end();
    await expect(outgoingFetch(client)('http://a.test/')).resolves.toMatchObject({ status: 204, body: null });
  });
});
