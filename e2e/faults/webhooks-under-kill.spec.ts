import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@agion/testing';
import { type Platform, startPlatform } from '../platform.js';
import { ServiceProcess } from './service-process.js';

/** Governance dies between the answer of a webhook's receiver and writing it down: the same is sent again, and nothing is lost. */
const AGENT = 'demo:echo';

let platform: Platform;
let admin: string;
let settings: Record<string, string>;
const processes: ServiceProcess[] = [];
const received: { id: string; body: string }[] = [];
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    received.push({ id: String(request.headers['webhook-id']), body: Buffer.concat(chunks).toString() });
    response.end();
  });
});

async function governance(env: Record<string, string> = {}): Promise<ServiceProcess> {
  const started = await ServiceProcess.start('governance', platform, { ...settings, ...env });
  processes.push(started);
  return started;
}

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  settings = { AGION_OUTGOING_ALLOW_HOSTS: host, WEBHOOK_TIMEOUT_MS: '3000' };
  platform = await startPlatform({ without: ['governance'] });
  admin = await platform.person('admin');
  const first = await governance();
  const body = { url: `http://${host}/`, event_types: ['agent.registered'] };
  expect((await platform.call('POST', '/api/v1/webhooks', { token: admin, body })).status).toBe(201);
  await first.stop();
}, 90_000);
afterAll(async () => {
  await Promise.all(processes.map((each) => each.kill()));
  server.closeAllConnections();
  server.close();
  await platform?.stop();
});

test('what was sent and not written down is sent again, with the same id and body', async () => {
  const dying = await governance({ AGION_CRASH_AT: 'after_webhook_send' });
  await platform.call('POST', '/api/v1/agents/register', { body: { agent_id: AGENT, name: AGENT } });
  expect(await dying.end()).toBe('SIGKILL');
  expect(received).toHaveLength(1);

  await governance();
  await eventually(() => expect(received).toHaveLength(2), { timeoutMs: 40_000 });
  expect(received[1]).toEqual(received[0]);
  const { body: webhooks } = await platform.call('GET', '/api/v1/webhooks', { token: admin });
  const path = `/api/v1/webhooks/${webhooks.items[0].id}/deliveries`;
  await eventually(async () => {
    const { body } = await platform.call('GET', path, { token: admin });
    expect(body.items).toMatchObject([{ event_id: received[0]?.id, status: 'delivered', attempts: 2, log: [{}] }]);
  });
  expect(received).toHaveLength(2);
}, 90_000);
