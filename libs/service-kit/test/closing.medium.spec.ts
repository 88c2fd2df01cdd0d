import { once } from 'node:events';
import { connect } from 'node:net';
import Fastify from 'fastify';
import { afterEach, expect, test } from '@jest/globals';
import { endUnusedSockets } from '../src/http/unused-sockets.js';

const server = Fastify({ forceCloseConnections: 'idle', connectionTimeout: 35_000 });
afterEach(() => server.close());

test('a server that closes does not wait for a connection on which nothing was ever sent', async () => {
  endUnusedSockets(server);
  server.get('/', () => 'hello');
  await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.server.address() as { port: number };
  const silent = connect(port, '127.0.0.1');
  await once(silent, 'connect');
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('hello'); // by now the other one was accepted, too
  const gone = once(silent, 'close');
  await server.close();
  await gone;
}, 5_000);
