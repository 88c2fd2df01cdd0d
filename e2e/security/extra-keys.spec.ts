import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addOrganization, asOwner } from '@agion/testing';
import { type Answer, type Platform, startPlatform } from '../platform.js';
import { aPolicy } from '../policies.js';
import { type Operation, OPERATIONS } from '../public-api.js';
import { CREATING } from './right-bodies.js';
import { openRisk } from './risk.js';

/** What somebody adds to a body in the hope that it is taken over. */
const EXTRAS: Record<string, unknown> = {
  role: 'admin',
  organization_id: '00000000-0000-7000-8000-000000000002',
  organizationId: '00000000-0000-7000-8000-000000000002',
  organization: 'acme',
  isAdmin: true,
  is_admin: true,
  id: 'chosen-by-me',
  trust_score: 1,
  trustScore: 1,
  created_by: 'boss',
  kind: 'user',
  principal: { role: 'admin' },
  groups: ['admins'],
  constructor: { prototype: { role: 'admin' } },
};
/** What a parser may take for an order. */
const PROTOTYPES = [
  '{"__proto__":{"role":"admin"}',
  '{"__proto__":"admin"',
  '{"constructor":{"prototype":{"role":"admin"}}',
];

/** AG-UI has its servers ignore what they do not know; what is in an event is known once its kind is. Both are tested below. */
const OF_THEIR_OWN = ['runAgent', 'reportEvents'];
const WITH_BODY = OPERATIONS.filter(({ fields, name }) => fields !== null && !OF_THEIR_OWN.includes(name));

/** A policy may be sent back as it was read: what only the platform writes is there then, and not read. Tested below too. */
const SENT_BACK: Record<string, string[]> = { updatePolicy: ['created_by'], putAction: ['created_by'] };

let platform: Platform;
let admin: string;
beforeAll(async () => {
  platform = await startPlatform({ env: { GATEWAY_RATE_LIMIT: '1000000', GATEWAY_FAILURE_LIMIT: '1000000' } });
  await addOrganization(platform.database, 'acme');
  admin = await platform.person('admin');
}, 120_000);

const call = ({ method, target }: Operation, body: unknown): Promise<Answer> =>
  platform.call(method, target, { token: admin, body });

/** Rows of everything but the trail, which also tells of refusals. */
const rows = (): Promise<Record<string, number>> =>
  asOwner(platform.database, async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
        WHERE table_schema IN ('registry', 'coordination', 'governance', 'execution') AND table_type = 'BASE TABLE'
          AND table_name NOT IN ('audit_events', 'outbox') ORDER BY 1`,
    );
    const counts: Record<string, number> = {};
    for (const { name } of tables)
      counts[name] = Number((await client.query<{ n: string }>(`SELECT count(*) AS n FROM ${name}`)).rows[0]?.n);
    return counts;
  });

let controls = 0;
const risk = openRisk('identity', 'extra keys on every body', async () => {
  const id = `control-${++controls}`;
  for (const operation of WITH_BODY.filter(({ name }) => CREATING[name])) {
    const before = await rows();
    const answer = await call(operation, CREATING[operation.name]?.(id));
    expect([operation.name, answer.status]).toEqual([operation.name, 201]);
    expect([operation.name, await rows()]).not.toEqual([operation.name, before]);
  }
});
afterAll(() => platform?.stop());

test('are those of every body that is sent', () => {
  expect(WITH_BODY.length).toBeGreaterThan(25);
  const names = WITH_BODY.map(({ name }) => name);
  expect(Object.keys(CREATING).filter((name) => !names.includes(name))).toEqual([]);
});

test.each(WITH_BODY)('$name takes nothing over that it does not know', async (operation) => {
  const before = await rows();
  const right = CREATING[operation.name]?.('never') ?? {};
  const known = [...(operation.fields ?? []), ...(SENT_BACK[operation.name] ?? [])];
  const unknown = Object.entries(EXTRAS).filter(([key]) => !known.includes(key));
  expect(unknown.length).toBeGreaterThan(8);
  await risk.attempt(async () => {
    const taken: string[] = [];
    for (const [key, value] of unknown) {
      const answer = await call(operation, { ...right, [key]: value });
      const named = (answer.body.errors as { pointer: string }[] | undefined)?.some(
        ({ pointer }) => pointer === `/${key}`,
      );
      const isRefused = key === 'constructor' ? [400, 422].includes(answer.status) : answer.status === 422 && named;
      if (!isRefused) taken.push(`${key}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    expect(taken).toEqual([]);
  }, unknown.length);
  const rest = JSON.stringify(right).slice(1);
  await risk.attempt(async () => {
    for (const prototype of PROTOTYPES)
      expect([400, 422]).toContain((await call(operation, prototype + (rest === '}' ? rest : `,${rest}`))).status);
  }, PROTOTYPES.length);
  expect(await rows()).toEqual(before);
});

test('a run of AG-UI belongs to its caller, whatever else its input says', async () => {
  const viewer = await platform.person('viewer', { subject: 'ada' });
  const input = { threadId: 't', runId: 'r', messages: [{ id: 'm', role: 'user', content: 'Hello' }] };
  const { constructor: _refused, ...others } = EXTRAS; // by the parser, with everything else
  const extras = { ...others, tools: [], context: [], state: {}, forwardedProps: others };
  await risk.attempt(async () => {
    const answer = await platform.call('POST', '/ag-ui/run', {
      token: viewer,
      body: { ...input, ...extras },
      headers: { accept: 'text/event-stream' },
    });
    expect(answer.status).toBe(200);
    const theirs = await platform.person('admin', { organization: 'acme' });
    expect((await platform.call('GET', '/api/v1/runs', { token: theirs })).body.items).toEqual([]);
    const owned = await asOwner(platform.database, async (client) => client.query('SELECT owner FROM execution.runs'));
    expect(owned.rows).toEqual([{ owner: 'user:ada' }]);
  }, Object.keys(EXTRAS).length);
});

test('a policy that is sent back keeps what the platform wrote', async () => {
  const policy = { ...aPolicy({ id: 'sent-back', effect: 'deny', agents: ['nobody:*'] }) };
  const options = { token: admin, body: policy };
  const created = await platform.call('POST', '/api/v1/policies', options);
  expect(created.status).toBe(201);
  await risk.attempt(async () => {
    const body = { ...policy, created_by: 'boss', version: 99, updated_at: '2001-01-01T00:00:00Z' };
    const { status } = await platform.call('PUT', '/api/v1/policies/sent-back', { token: admin, body });
    expect([200, 409, 412, 428]).toContain(status);
    const read = await platform.call('GET', '/api/v1/policies/sent-back', { token: admin });
    expect(read.body.created_by).toBe(created.body.created_by);
    expect(read.body.version).toBeLessThan(3);
    expect(Date.parse(read.body.updated_at)).toBeGreaterThan(Date.parse('2020-01-01'));
  }, 3);
});

test('events take nothing over that their kind does not have', async () => {
  const { body } = await platform.call('POST', '/api/v1/agents/register', {
    token: admin,
    body: { agent_id: 'extra:teller', name: 'T' },
  });
  const send = (more: object, around: object = {}): Promise<Answer> =>
    platform.call('POST', '/api/v1/events', {
      token: body.token as string,
      body: {
        events: [
          { agent_id: 'extra:teller', event_type: 'task_completed', severity: 'positive', impact: 0.05, ...more },
        ],
        ...around,
      },
    });
  const trust = async (): Promise<unknown> =>
    (await platform.call('GET', '/api/v1/agents/extra:teller/trust/events', { token: admin })).body.items;
  const before = await trust();
  await risk.attempt(
    async () => {
      const taken: string[] = [];
      for (const [key, value] of Object.entries(EXTRAS)) {
        for (const answer of [await send({ [key]: value }), await send({}, { [key]: value })])
          if (answer.status < 400) taken.push(`${key}: ${answer.status} ${JSON.stringify(answer.body)}`);
      }
      expect(taken).toEqual([]);
      expect(await trust()).toEqual(before);
    },
    Object.keys(EXTRAS).length * 2,
  );
});
