import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@agion/testing';
import { agion, type Printed } from '../../apps/cli/test/command.js';
import { type Answer, type Platform, startPlatform } from '../platform.js';
import { RawRedis } from '../raw-redis.js';
import { SignedAgent } from '../security/signed-agent.js';
import { signedBy } from '../signed-service.js';

/** What becomes of entries nobody could handle, on a platform that believes nothing unsigned. */
const TRUST = 'agion:events:trust';
const MISSIONS = 'agion:events:missions';

let platform: Platform;
let redis: RawRedis;
let operator: string;
beforeAll(async () => {
  platform = await startPlatform({ mode: 'production' });
  redis = await RawRedis.open(platform.redis.url);
  operator = await platform.person('operator');
}, 60_000);
afterAll(async () => {
  redis?.close();
  await platform?.stop();
});

const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
  platform.call(method, `/api/v1/${path}`, { token: operator, ...(body !== undefined && { body }) });
const cli = (...args: string[]): Promise<Printed> =>
  agion(['dead-letters', ...args], { AGION_GATEWAY_URL: platform.url, AGION_TOKEN: operator });

/** The dead letter of an entry, once it has this status. */
const letterOf = (sourceId: string, expected: object = { status: 'open' }): Promise<Answer['body']> =>
  eventually(
    async () => {
      const { body } = await call('GET', 'dead-letters?limit=200');
      const found = body.items.find((each: { source_id: string }) => each.source_id === sourceId);
      expect(found).toMatchObject(expected);
      return found;
    },
    { timeoutMs: 15_000 },
  );
const eventsOf = async (agentId: string): Promise<Answer['body'][]> =>
  (await call('GET', `agents/${agentId}/trust/events`)).body.items ?? [];

test('evidence about an agent nobody has registered yet: found, mended, put back, counted once for its own time', async () => {
  const agentId = 'newcomers:first';
  const said = { event_type: 'task_completed', severity: 'positive', impact: '0.05', event_id: randomUUID() };
  const entry = signedBy(platform, 'execution', TRUST)({ agent_id: agentId, ...said });
  const source = await redis.append(TRUST, entry);

  const { id } = await letterOf(source);
  const { body: whole } = await call('GET', `dead-letters/${id}`);
  expect(whole).toMatchObject({
    stream: TRUST,
    agent_id: agentId,
    kind: 'permanent',
    error: 'organization `default` has no agent `newcomers:first`',
    fields: entry,
    obstacle: null,
  });

  expect((await call('POST', `dead-letters/${id}/redrive`)).status).toBe(200);
  await letterOf(source, { status: 'open', redrives: 1 });

  await SignedAgent.register(platform, agentId);
  expect((await call('POST', `dead-letters/${id}/redrive`)).body).toMatchObject({ status: 'redriven', redrives: 2 });
  const at = new Date(Number(source.split('-')[0])).toISOString();
  await eventually(async () =>
    expect(await eventsOf(agentId)).toMatchObject([{ event_id: said.event_id, source: 'platform', at }]),
  );

  // As if the platform had died after it put the entry back and before it noted that.
  const [again] = (await redis.range(TRUST)).filter(({ fields }) => fields.redriven !== undefined);
  await redis.append(TRUST, again?.fields ?? {});
  await eventually(async () => expect(await redis.pending(TRUST, 'governance')).toEqual([]));
  expect(await eventsOf(agentId)).toHaveLength(1);
  expect((await call('POST', `dead-letters/${id}/redrive`)).status).toBe(409);
  await eventually(async () => {
    const { body } = await call('GET', `audit?type=dead_letter.redriven&subject_id=${id}`);
    expect(body.items).toHaveLength(2);
  });
});

test('what an agent has signed is still its word after it was put back, to every service that reads it', async () => {
  const agent = await SignedAgent.register(platform, 'reporters:one');
  const report = { agent_id: agent.id, mission_id: randomUUID(), event_type: 'task.done', event_id: randomUUID() };
  const source = await redis.append(MISSIONS, agent.sign(MISSIONS, report));
  const { id, error } = await letterOf(source);
  expect(error).toMatch(/has no mission/);
  await call('POST', `dead-letters/${id}/redrive`);
  await letterOf(source, { status: 'open', redrives: 1, error });

  const forged = { source_id: '1-0', attempt: 1, fields: agent.sign(MISSIONS, report) };
  const claimed = await redis.append(MISSIONS, { redriven: JSON.stringify(forged), sig: 'governance.AAAA' });
  expect((await letterOf(claimed)).error).toMatch(/`redriven` is reserved/);
});

test('the command line lists, shows, puts back and gives up, one or all that are meant', async () => {
  const ids = await Promise.all(
    ['a', 'b', 'c'].map((name) =>
      redis.append(TRUST, signedBy(platform, 'execution', TRUST)({ agent_id: `bulk:${name}`, ...anEvent() })),
    ),
  );
  const letters = await Promise.all(ids.map((source) => letterOf(source)));
  const listed = await cli('list', '--stream', TRUST, '--error', 'agent `bulk:', '-o', 'json');
  expect(listed.status).toBe(0);
  expect(JSON.parse(listed.out).items).toHaveLength(3);
  expect((await cli('list', '--agent', 'bulk:a', '--kind', 'permanent', '--since', '1h')).out).toMatch(
    /open +organization `default` has no agent `bulk:a`\n1 dead letter\n/,
  );
  expect((await cli('show', letters[0].id)).out).toMatch(/it can be put back\n[^]*agent_id +bulk:a\n/);

  for (const name of ['a', 'b']) await SignedAgent.register(platform, `bulk:${name}`);
  const all = await cli('redrive', '--all', '--stream', TRUST, '--error', 'agent `bulk:');
  expect(all).toMatchObject({ status: 0, out: '3 dead letters redriven\n' });
  for (const name of ['a', 'b']) await eventually(async () => expect(await eventsOf(`bulk:${name}`)).toHaveLength(1));
  await letterOf(ids[2] ?? '', { status: 'open', redrives: 1 });

  expect((await cli('discard', letters[2].id)).status).toBe(2);
  const reason = ['--reason', 'nobody knows it'];
  expect(await cli('discard', letters[2].id, letters[0].id, ...reason)).toMatchObject({
    status: 1,
    out: expect.stringMatching(/✗ .*409[^]*1 dead letter discarded, 1 refused\n/),
  });
  await letterOf(ids[2] ?? '', { status: 'discarded', reason: 'nobody knows it' });
  for (const wrong of [['redrive'], ['redrive', '--all', letters[0].id], ['list', '--stream', 'nothing']])
    expect((await cli(...wrong)).status).toBe(2);
  const outsider = { AGION_GATEWAY_URL: platform.url, AGION_TOKEN: await platform.person('viewer') };
  expect(await agion(['dead-letters', 'list'], outsider)).toMatchObject({
    status: 3,
    err: expect.stringContaining('403'),
  });
});

const anEvent = (): Record<string, string> => ({
  event_type: 'task_completed',
  severity: 'positive',
  impact: '0.05',
  event_id: randomUUID(),
});
