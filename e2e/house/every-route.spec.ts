import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addOrganization, asOwner } from '@agion/testing';
import { ROLES } from '@agion/wire';
import { type Answer, type Platform, startPlatform } from '../platform.js';
import { aPolicy } from '../policies.js';

interface Operation {
  operationId: string;
  security?: Record<string, unknown>[];
  requestBody?: { content?: Record<string, { schema?: Schema }> };
  parameters?: { name: string; in: string }[];
}

interface Schema {
  $ref?: string;
  properties?: Record<string, unknown>;
}

interface Document {
  security: Record<string, unknown>[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const DOCUMENT = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../libs/dto/openapi.json'), 'utf8'),
) as Document;

const OPERATIONS = Object.entries(DOCUMENT.paths).flatMap(([url, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: operation.operationId,
    method: method.toUpperCase(),
    url,
    operation,
  })),
);
/** Open ones say so: their list of security requirements is empty, or one of them is. */
const GUARDED = OPERATIONS.filter(({ operation }) => {
  const ways = operation.security ?? DOCUMENT.security;
  return ways.length > 0 && ways.every((way) => Object.keys(way).length > 0);
});
const WITH_BODY = GUARDED.concat(OPERATIONS.filter(({ name }) => name === 'registerAgent')).filter(
  ({ operation }) => operation.requestBody,
);
const WITH_PARAMETERS = GUARDED.filter(({ url }) => url.includes('{'));
const LISTS = GUARDED.filter(({ operation }) => operation.parameters?.some(({ name }) => name === 'limit'));

/** A well-formed value for each parameter, of something that does not exist. */
const VALUES: Record<string, string> = {
  version: '1',
  id: '01920000-0000-7000-8000-000000000000',
  run_id: '01920000-0000-7000-8000-000000000000',
  event_id: '01920000-0000-7000-8000-000000000000',
};
const filled = (url: string): string => url.replace(/\{(\w+)\}/g, (_, name: string) => VALUES[name] ?? 'nothing-here');

let platform: Platform;
let admin: string;

beforeAll(async () => {
  platform = await startPlatform({ env: { GATEWAY_RATE_LIMIT: '1000000', GATEWAY_FAILURE_LIMIT: '1000000' } });
  admin = await platform.person('admin');
}, 60_000);
afterAll(() => platform.stop());

function expectProblem({ status, headers, body }: Answer, statuses: number[]): void {
  expect(statuses).toContain(status);
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(body).toMatchObject({
    type: expect.stringMatching(/^\/problems\/[a-z-]+$/),
    title: expect.any(String),
    status,
    trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
}

describe.each(GUARDED)('$method $url', ({ method, url, operation }) => {
  const body = operation.requestBody ? {} : undefined;

  test('is closed to strangers, and a bad token is no better than none', async () => {
    expectProblem(await platform.call(method, filled(url), { body }), [401]);
    for (const token of [
      'x',
      'agion_agt_aaaaaaaaaaaaaaaa_' + 'a'.repeat(43) + '_00000000',
      'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.',
    ]) {
      expectProblem(await platform.call(method, filled(url), { body, token }), [401]);
    }
  });
});

describe.each(WITH_BODY)('$method $url, fed with', ({ method, url, operation }) => {
  const send = (body: string): Promise<Answer> => platform.call(method, filled(url), { token: admin, body });

  test('text that is not JSON, 200,000 levels, a prototype and more than a megabyte, answers with the problem', async () => {
    expectProblem(await send('{"a":'), [400]);
    expectProblem(await send('['.repeat(200_000) + ']'.repeat(200_000)), [400]);
    expectProblem(await send('{"__proto__":{"role":"admin"}}'), [400]);
    expectProblem(await send(JSON.stringify({ a: 'x'.repeat(1_100_000) })), [413]);
  });

  test('the wrong type in every field, names every field', async () => {
    const fields = propertiesOf(operation);
    const wrong = Object.fromEntries(fields.map((field) => [field, { wrong: [true] }]));
    const answer = await send(JSON.stringify(wrong));
    expectProblem(answer, [422]);
    const named = new Set((answer.body.errors as { pointer: string }[]).map(({ pointer }) => pointer.split('/')[1]));
    const open = new Set([
      'metadata',
      'labels',
      'fingerprint',
      'config',
      'parameters',
      'metrics',
      'applied_config',
      'pricing',
      'budget',
      'state',
      'arguments',
      'estimate',
      'context',
      'forwardedProps',
    ]);
    for (const field of fields) if (!open.has(field)) expect([...named]).toContain(field);
  });

  test('keys nobody knows, is refused', async () => {
    if (url === '/ag-ui/run') return; // AG-UI asks its servers to ignore what they do not know
    if (url === '/api/v1/events') return; // which fields an event has is only known when its kind is
    const answer = await send(JSON.stringify({ role: 'admin', organization_id: 'x', isAdmin: true, trust_score: 1 }));
    expectProblem(answer, [422]);
    const pointers = (answer.body.errors as { pointer: string }[]).map(({ pointer }) => pointer);
    expect(pointers).toEqual(expect.arrayContaining(['/isAdmin', '/organization_id', '/trust_score']));
  });
});

test.each(WITH_PARAMETERS)(
  '$method $url with an id nobody could have is a problem, never a fault of ours',
  async ({ method, url, operation }) => {
    for (const id of ['%00', '..%2f..', "'; DROP TABLE agents;--", 'A'.repeat(300), '%F0%9F%92%A5', '{id}']) {
      const answer = await platform.call(method, url.replace(/\{(\w+)\}/g, encodeURI(id)), {
        token: admin,
        body: operation.requestBody ? {} : undefined,
      });
      expectProblem(answer, [400, 404, 405, 414, 422]);
    }
  },
);

test.each(LISTS)('$method $url refuses a page nobody could turn', async ({ url }) => {
  for (const query of ['limit=0', 'limit=201', 'limit=many', 'cursor=nonsense', 'cursor=W10', 'unknown=1']) {
    const answer = await platform.call('GET', `${filled(url)}?${query}`, { token: admin });
    expectProblem(answer, [404, 422]);
    if (answer.status === 422) expect(answer.body.errors[0].pointer).toBe(`/query/${query.split('=')[0]}`);
  }
});

describe('what belongs to another organization', () => {
  test('is not found by anybody of this one, and does not change', async () => {
    await addOrganization(platform.database, 'acme');
    const theirs = await platform.person('admin', { organization: 'acme' });
    const made = await Promise.all([
      platform.call('POST', '/api/v1/prompts', {
        token: theirs,
        body: { id: 'p1', name: 'P', location: 'p', content: 'c' },
      }),
      platform.call('POST', '/api/v1/models', {
        token: theirs,
        body: { id: 'm1', name: 'M', purpose: 'm', provider: 'openai', model: 'x' },
      }),
      platform.call('POST', '/api/v1/resources', {
        token: theirs,
        body: { id: 'r1', name: 'r', type: 'api', config: {} },
      }),
      platform.call('POST', '/api/v1/agents/register', { token: theirs, body: { agent_id: 'acme:a', name: 'A' } }),
      platform.call('POST', '/api/v1/missions', { token: theirs, body: { name: 'M', goal: 'G' } }),
      platform.call('POST', '/api/v1/policies', { token: theirs, body: aPolicy({ id: 'pol1', effect: 'allow' }) }),
      platform.call('POST', '/api/v1/webhooks', {
        token: theirs,
        body: { url: 'https://hooks.example.com/', event_types: ['webhook.disabled'] },
      }),
    ]);
    expect(made.map(({ status }) => status)).toEqual(Array(made.length).fill(201));
    const ids: Record<string, string> = {
      prompts: 'p1',
      models: 'm1',
      resources: 'r1',
      agents: 'acme:a',
      missions: made[4]?.body.id,
      policies: 'pol1',
      webhooks: made[6]?.body.id,
    };
    const before = await contents();
    for (const role of ROLES) {
      const token = await platform.person(role);
      for (const { method, url, operation } of WITH_PARAMETERS) {
        const id = ids[url.split('/')[3] ?? ''];
        if (id === undefined || !/\{(id|agent_id)\}/.test(url)) continue;
        const answer = await platform.call(method, filled(url.replace(/\{(id|agent_id)\}/, id)), {
          token,
          body: bodyFor(operation),
        });
        expect([`${role} ${method} ${url}`, answer.status]).toEqual([`${role} ${method} ${url}`, expect.any(Number)]);
        if (role === 'admin') expect([url, answer.status]).toEqual([url, 404]);
      }
    }
    expect(await contents()).toEqual(before);
  });
});

/** A body that is right, so that only the id decides. */
function bodyFor({ operationId, requestBody }: Operation): unknown {
  if (!requestBody) return undefined;
  const bodies: Record<string, unknown> = {
    updatePrompt: { name: 'P', location: 'p', content: 'changed' },
    updateModel: { name: 'M', purpose: 'm', provider: 'openai', model: 'changed' },
    updateResource: { name: 'r', type: 'api', config: { changed: true } },
    clearTrustCeiling: { reason: 'changed' },
    updatePolicy: aPolicy({ id: 'pol1', effect: 'deny' }),
    rollOutPrompt: { candidate: 1, percent: 50 },
    rollOutModel: { candidate: 1, percent: 50 },
    rollOutResource: { candidate: 1, percent: 50 },
  };
  return bodies[operationId] ?? {};
}

const contents = (): Promise<unknown[]> =>
  asOwner(platform.database, async (client) => {
    const tables = [
      ...['agents', 'agent_instances', 'credentials', 'configurations', 'configuration_versions'].map(
        (table) => `registry.${table}`,
      ),
      'governance.policies',
      'governance.policy_versions',
      'governance.webhooks',
    ];
    const rows: unknown[] = [];
    for (const table of tables) rows.push((await client.query(`SELECT * FROM ${table} ORDER BY 1, 2, 3`)).rows);
    return rows;
  });

function propertiesOf({ requestBody }: Operation): string[] {
  const schema = requestBody?.content?.['application/json']?.schema ?? {};
  const name = schema.$ref?.split('/').at(-1);
  return Object.keys((name === undefined ? schema : DOCUMENT.components.schemas[name])?.properties ?? {});
}
