import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Parting } from '../src/http/parting.js';

let server: Server;
let parting: Parting;
let agent: Agent;
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  answer = (response) => void response.end('heard');
  server = createServer((_, response) => answer(response));
  parting = new Parting(server);
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(() => {
  agent.destroy();
  server.closeAllConnections();
  server.close();
});

/** Asks over the one connection there is. */
async function ask(): Promise<{ connection: string | undefined; socket: Socket }> {
  const request = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const { socket } = response;
  await once(response.resume(), 'end');
  return { connection: response.headers.connection, socket };
}

test('a server that is leaving hears whoever goes on asking, and ends each connection with an answer', async () => {
  const before = await ask();
  expect(before.connection).toBe('keep-alive');
  const parted = parting.begin();
  const last = await ask();
  expect([last.connection, last.socket]).toEqual(['close', before.socket]);
  await parted;
  expect((await ask()).socket).not.toBe(last.socket);
});

test('an answer that is under way is the last of its connection too, and is not waited for', async () => {
  const asked = new Promise<ServerResponse>((resolve) => (answer = resolve));
  const answered = ask();
  const response = await asked;
  await parting.begin();
  response.end('late');
  expect((await answered).connection).toBe('close');
});

test('a connection that nobody uses is waited for no longer than it takes to see that', async () => {
  const { socket } = await ask();
  await parting.begin();
  expect(socket.destroyed).toBe(false);
});
