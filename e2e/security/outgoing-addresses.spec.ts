import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { OutgoingClient } from '@agion/service-kit';
import { type Canary, eventually, FORBIDDEN_HOSTS, startCanary } from '@agion/testing';
import { type Platform, startPlatform } from '../platform.js';
import { openRisk } from './risk.js';

/** Addresses that others name: nothing reaches this machine or its network, however they are written. */
let platform: Platform;
let admin: string;
let canary: Canary;
let receiver: Canary;
let location = '';
let client: OutgoingClient;
let registered = 0;

beforeAll(async () => {
  canary = await startCanary();
  receiver = await startCanary(({ url }, response) => {
    if (url === '/moved') response.writeHead(302, { location });
    response.end('{}');
  });
  const host = `127.0.0.1:${receiver.port}`;
  platform = await startPlatform({ env: { AGION_OUTGOING_ALLOW_HOSTS: host } });
  admin = await platform.person('admin');
  // To this client scheme and port are no wall: only addresses are.
  client = new OutgoingClient({
    schemes: ['http:', 'https:'],
    ports: [canary.port],
    allowed: [{ host: '127.0.0.1', port: receiver.port }],
    resolve: (name) => Promise.resolve([{ address: name.startsWith('six') ? '::1' : '127.0.0.1', family: 4 }]),
  });
}, 90_000);

const silent = (): void => expect([canary.connections, canary.heard]).toEqual([0, []]);
const create = (url: string): ReturnType<Platform['call']> =>
  platform.call('POST', '/api/v1/webhooks', { token: admin, body: { url, event_types: ['agent.registered'] } });

/** A webhook to a host the operator has listed is told of what happens. */
const webhooks = openRisk('identity', 'webhooks to addresses within, every spelling', async () => {
  const before = receiver.heard.length;
  const { status, body } = await create(`http://127.0.0.1:${receiver.port}/hook`);
  expect(status).toBe(201);
  const agentId = `demo:agent_${registered++}`;
  await platform.call('POST', '/api/v1/agents/register', { body: { agent_id: agentId, name: agentId } });
  await eventually(() => expect(receiver.heard.slice(before)).toContain('POST /hook'));
  await platform.call('DELETE', `/api/v1/webhooks/${body.id}`, { token: admin });
});

/** The client reaches a host the operator has listed. */
const calls = openRisk('identity', 'calls outside: literals, names, redirects to addresses within', async () => {
  await expect(client.request(`http://127.0.0.1:${receiver.port}/`)).resolves.toMatchObject({ status: 200 });
});
afterAll(async () => {
  await client?.onApplicationShutdown();
  await platform?.stop();
  await Promise.all([canary?.close(), receiver?.close()]);
});

test.each(FORBIDDEN_HOSTS)('`%s` is no webhook', async (host) => {
  const urls = [`https://${host}/`, `https://${host}:8443/`, `http://${host}:${canary.port}/`];
  for (const url of urls)
    await webhooks.attempt(async () => {
      const { status, body } = await create(url);
      expect([url, status]).toEqual([url, 422]);
      expect(body.errors).toMatchObject([{ pointer: '/url' }]);
      silent();
    });
});

test.each(FORBIDDEN_HOSTS)('`%s` is not called, and not by way of a redirect', async (host) => {
  for (const scheme of ['http', 'https']) {
    location = Buffer.from(`${scheme}://${host}:${canary.port}/`).toString('latin1');
    for (const url of [`${scheme}://${host}:${canary.port}/`, `http://127.0.0.1:${receiver.port}/moved`])
      await calls.attempt(async () => {
        await expect(client.request(url)).rejects.toMatchObject({ reason: 'refused' });
        silent();
      });
  }
});

test('names of this machine are not called', async () => {
  for (const name of ['four.example.com', 'six.example.com'])
    await calls.attempt(async () => {
      await expect(client.request(`http://${name}:${canary.port}/`)).rejects.toMatchObject({ reason: 'refused' });
      silent();
    });
});
