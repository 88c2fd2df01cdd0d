import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createPlain, type RequestListener, type Server } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { eventually, hasOpenssl, makeAuthority } from '@agion/testing';
import { keepAliveTransport } from '../src/http/keep-alive.client.js';
import type { IncomingAnswer } from '../src/http/transport.js';

const servers: Server[] = [];
let connections: Socket[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
  connections = [];
});

async function serve(server: Server, keepAliveTimeout = 65_000): Promise<number> {
  servers.push(server);
  server.keepAliveTimeout = keepAliveTimeout;
  server.on('connection', (socket: Socket) => connections.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const plain = (listener: RequestListener, keepAliveTimeout?: number): Promise<number> =>
  serve(createPlain(listener), keepAliveTimeout);

const get = (base: string, options?: { mostBytes: number }): Promise<IncomingAnswer> =>
  keepAliveTransport(base, options)({ method: 'GET', target: '/x', headers: {}, body: undefined }).answer;

describe('a connection', () => {
  test('carries one request after the other, of all clients of a process', async () => {
    const port = await plain((_, response) => response.end('ok'));
    for (let call = 0; call < 3; call++) expect((await get(`http://127.0.0.1:${port}`)).text).toBe('ok');
    expect(connections).toHaveLength(1);
  });

  test('is ended before its server does, by what the server says', async () => {
    const port = await plain((_, response) => response.end('ok'), 1_100);
    await get(`http://127.0.0.1:${port}`);
    const at = performance.now();
    await eventually(() => expect(connections[0]?.readableEnded || connections[0]?.destroyed).toBe(true));
    expect(performance.now() - at).toBeLessThan(1_000);
  });

  test('that breaks within an answer is an error', async () => {
    const port = await plain((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"a":', () => response.destroy());
    });
    await expect(get(`http://127.0.0.1:${port}`)).rejects.toThrow(/aborted|hang up|ECONNRESET/);
  });

  test('is given up with a request that is cancelled', async () => {
    const port = await plain(() => undefined);
    const exchange = keepAliveTransport(`http://127.0.0.1:${port}`)({
      method: 'POST',
      target: '/',
      headers: {},
      body: '{}',
    });
    await eventually(() => expect(connections).toHaveLength(1));
    exchange.cancel();
    await expect(exchange.answer).rejects.toThrow('cancelled');
    await eventually(() => expect(connections[0]?.destroyed).toBe(true));
  });
});

test('an answer without an end is not read to it', async () => {
  const port = await plain((_, response) => {
    const more = (): void => void (response.writable && response.write('x'.repeat(1_000), () => setImmediate(more)));
    more();
  });
  await expect(get(`http://127.0.0.1:${port}`, { mostBytes: 10_000 })).rejects.toThrow('longer than 10000 bytes');
  await eventually(() => expect(connections[0]?.destroyed).toBe(true));
});

test('a request that no HTTP can carry is an error like others', async () => {
  const send = keepAliveTransport('http://127.0.0.1:1');
  const headers = { authorization: 'Bearer two\nlines' };
  await expect(send({ method: 'GET', target: '/', headers, body: undefined }).answer).rejects.toThrow(/character/);
});

test('what is no URL of HTTP is refused at once', () => {
  expect(() => keepAliveTransport('ftp://127.0.0.1')).toThrow('no URL of HTTP');
  expect(() => keepAliveTransport('nonsense')).toThrow('Invalid URL');
});

(hasOpenssl() ? describe : describe.skip)('over TLS', () => {
  test('it believes those whose authority Node believes, and nobody else', async () => {
    const authority = makeAuthority();
    const before = getCACertificates('default');
    try {
      const { cert, key } = authority.issue('gateway');
      const tls = { cert: readFileSync(cert), key: readFileSync(key) };
      const port = await serve(createSecure(tls, (_, response) => response.end('secret')));
      await expect(get(`https://127.0.0.1:${port}`)).rejects.toThrow(/certificate|verify/);
      setDefaultCACertificates([...before, authority.pem]);
      expect((await get(`https://127.0.0.1:${port}`)).text).toBe('secret');
    } finally {
      setDefaultCACertificates(before);
      authority.remove();
    }
  });
});
