import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createRedis, type RedisConnection } from '@agion/messaging';
import { startService, type RunningService } from '@agion/service-kit';
import { eventually, freePorts, parseEventStream } from '@agion/testing';
import { Agent, fetch, type Response } from 'undici';
import { gateway as definition } from '../src/index.js';
import { agentToken, type GatewayUnderTest, json, serviceToken, startGateway, Upstream } from './gateway-under-test.js';

let gateway: GatewayUnderTest;
let replica: RunningService;
let execution: Upstream;
let redis: RedisConnection;
const client = new Agent();
const open = new Set<AbortController>();

beforeAll(async () => {
  gateway = await startGateway({ GATEWAY_FAILURE_LIMIT: '1000' });
  const [port] = await freePorts(1);
  replica = await startService(definition, { env: { ...gateway.env, GATEWAY_PORT: String(port) } });
  execution = await Upstream.listen(Number(gateway.env.EXECUTION_PORT));
  execution.behave = (_, response) => json(response, { run_id: 'run', thread_id: 't', status: 'running' });
  redis = createRedis({ url: gateway.redis.url, role: 'command', name: 'test' });
}, 60_000);
afterEach(() => {
  for (const each of open) each.abort();
  open.clear();
});
afterAll(async () => {
  redis.disconnect();
  await client.destroy();
  await replica.close();
  await gateway.stop();
  await execution.close();
});

async function ticketFor(token: string): Promise<string> {
  const { status, body } = await gateway.call('POST', '/api/v1/stream-tickets', { token });
  expect([status, body.expires_in_seconds]).toEqual([201, 30]);
  expect(body.ticket).toMatch(/^agion_tkt_[\w-]{43}$/);
  return body.ticket as string;
}

/** Opens a stream as a browser does: with nothing but its address. */
function listen(query: string, origin = gateway.running.url, headers: Record<string, string> = {}): Promise<Response> {
  const leaving = new AbortController();
  open.add(leaving);
  const signal = AbortSignal.any([leaving.signal, AbortSignal.timeout(10_000)]);
  return fetch(`${origin}/ag-ui/events${query}`, { dispatcher: client, headers, signal });
}

const expectRefused = async (answer: Response): Promise<void> => {
  expect(answer.status).toBe(401);
  expect(await answer.json()).toMatchObject({ type: '/problems/unauthenticated' });
};

describe('a ticket', () => {
  test('opens one stream for whom it was given, at any replica, and then no other', async () => {
    const ticket = await ticketFor(await gateway.person('viewer', { sub: 'zoë' }));
    expect((await listen(`?ticket=${ticket}`, replica.url)).status).toBe(200);
    const asserted = String(execution.routed().at(-1)?.headers['agion-assertion']).split('.')[1] ?? '';
    expect(JSON.parse(Buffer.from(asserted, 'base64url').toString())).toMatchObject({
      principal: { kind: 'user', subject: 'zoë', role: 'viewer', organization: { slug: 'default' } },
    });
    for (const origin of [replica.url, gateway.running.url])
      await expectRefused(await listen(`?ticket=${ticket}`, origin));
  });

  test('that twenty use at once opens one stream', async () => {
    const ticket = await ticketFor(serviceToken('good'));
    const origins = [gateway.running.url, replica.url];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => listen(`?ticket=${ticket}`, origins[i % 2])),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(19).fill(401)]);
  });

  test('is good for thirty seconds', async () => {
    const ticket = await ticketFor(serviceToken('good'));
    const [key = ''] = await redis.keys('gateway:ticket:*');
    expect(await redis.ttl(key)).toBeGreaterThan(20);
    expect(await redis.ttl(key)).toBeLessThanOrEqual(30);
    await redis.pexpire(key, 1);
    await eventually(async () => expect(await redis.exists(key)).toBe(0));
    await expectRefused(await listen(`?ticket=${ticket}`));
  });

  test('cannot be told from what is kept of it, nor the credentials it stands for', async () => {
    const token = serviceToken('good');
    const ticket = await ticketFor(token);
    const kept = [];
    for (const key of await redis.keys('gateway:ticket:*')) kept.push(key, (await redis.get(key)) ?? '');
    expect(kept).toHaveLength(2);
    const [name = '', sealed = ''] = kept;
    for (const text of [name, sealed, Buffer.from(sealed, 'base64').toString('latin1')])
      for (const secret of [ticket, ticket.slice(10), token]) expect(text).not.toContain(secret);
    await expectRefused(await listen(`?ticket=${name.split(':').at(-1)}`));
    expect((await listen(`?ticket=${ticket}`)).status).toBe(200);
  });

  test('is worth what its credentials are worth when it is used', async () => {
    const exp = Math.floor(Date.now() / 1_000) + 2;
    const expiring = await gateway.person('viewer', { sub: 'eve', exp });
    const [early, late] = [await ticketFor(expiring), await ticketFor(expiring)];
    const stream = await listen(`?ticket=${early}`);
    expect(stream.status).toBe(200);
    expect(parseEventStream(await stream.text()).comments.at(-1)).toBe('the credentials are no longer valid');
    await eventually(() => expect(Date.now()).toBeGreaterThan((exp + 6) * 1_000), { timeoutMs: 15_000 }); // beyond the leeway
    await expectRefused(await listen(`?ticket=${late}`));
  }, 30_000);

  test('is no way around who may open the stream', async () => {
    const answer = await listen(`?ticket=${await ticketFor(agentToken('good'))}`);
    expect(answer.status).toBe(403);
  });

  test('counts on streams and nowhere else', async () => {
    const ticket = await ticketFor(await gateway.person('admin'));
    for (const [method, path] of [
      ['GET', '/metrics-debug'],
      ['GET', '/api/v1/agents'],
      ['POST', '/api/v1/stream-tickets'],
      ['POST', '/ag-ui/run'],
    ] as const) {
      expect([path, (await gateway.call(method, `${path}?ticket=${ticket}`)).status]).toEqual([path, 401]);
      expect([path, (await gateway.call(method, path, { token: ticket })).status]).toEqual([path, 401]);
    }
    expect((await listen(`?ticket=${ticket}`)).status).toBe(200);
  });

  test('stands alone: with a token beside it, or another ticket, nobody guesses', async () => {
    const token = serviceToken('good');
    const [one, two] = [await ticketFor(token), await ticketFor(token)];
    await expectRefused(await listen(`?ticket=${one}`, undefined, { authorization: `Bearer ${token}` }));
    await expectRefused(await listen(`?ticket=${one}&ticket=${two}`));
    expect((await listen(`?ticket=${one}`)).status).toBe(200);
    expect((await listen(`?ticket=${two}`)).status).toBe(200);
  });

  test.each(['', 'x', 'agion_tkt_', `agion_tkt_${'A'.repeat(43)}`, '..', '%00', 'a'.repeat(90)])(
    'is not `%s`',
    async (text) => expectRefused(await listen(`?ticket=${text}`)),
  );

  test('is for those who are known', async () => {
    expect((await gateway.call('POST', '/api/v1/stream-tickets')).status).toBe(401);
    expect((await gateway.call('POST', '/api/v1/stream-tickets', { token: serviceToken('bad') })).status).toBe(401);
  });
});
