import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Answer, type Platform, startPlatform } from '../platform.js';
import { OPERATIONS } from '../public-api.js';

const GUARDED = OPERATIONS.filter(({ isProtected }) => isProtected);
const WITH_BODY = GUARDED.concat(OPERATIONS.filter(({ name }) => name === 'registerAgent')).filter(
  ({ fields }) => fields !== null,
);
const WITH_PARAMETERS = GUARDED.filter(({ url }) => url.includes('{'));
const LISTS = GUARDED.filter(({ query }) => query.has('limit'));

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

describe.each(GUARDED)('$method $url', ({ method, target, fields }) => {
  const body = fields ? {} : undefined;

  test('is closed to strangers, and a bad token is no better than none', async () => {
    expectProblem(await platform.call(method, target, { body }), [401]);
    for (const token of [
      'x',
      'agion_agt_aaaaaaaaaaaaaaaa_' + 'a'.repeat(43) + '_00000000',
      'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.',
    ]) {
      expectProblem(await platform.call(method, target, { body, token }), [401]);
    }
  });
});

describe.each(WITH_BODY)('$method $url, fed with', ({ method, url, target, fields }) => {
  const send = (body: string): Promise<Answer> => platform.call(method, target, { token: admin, body });

  test('text that is not JSON, 200,000 levels, a prototype and more than a megabyte, answers with the problem', async () => {
    expectProblem(await send('{"a":'), [400]);
    expectProblem(await send('['.repeat(200_000) + ']'.repeat(200_000)), [400]);
    expectProblem(await send('{"__proto__":{"role":"admin"}}'), [400]);
    expectProblem(await send(JSON.stringify({ a: 'x'.repeat(1_100_000) })), [413]);
  });

  test('the wrong type in every field, names every field', async () => {
    const wrong = Object.fromEntries([...(fields ?? [])].map((field) => [field, { wrong: [true] }]));
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
    for (const field of fields ?? []) if (!open.has(field)) expect([...named]).toContain(field);
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

/** Agents say what their actions are called: whatever a question may name can be described. */
const ANY_NAME = '/api/v1/actions/{name}';

test.each(WITH_PARAMETERS)(
  '$method $url with an id nobody could have is a problem, never a fault of ours',
  async ({ method, url, fields }) => {
    for (const id of ['%00', '..%2f..', "'; DROP TABLE agents;--", 'A'.repeat(300), '%F0%9F%92%A5', '{id}']) {
      const answer = await platform.call(method, url.replace(/\{(\w+)\}/g, encodeURI(id)), {
        token: admin,
        body: fields ? {} : undefined,
      });
      if (url === ANY_NAME && answer.status === 200) continue;
      expectProblem(answer, [400, 404, 405, 414, 422]);
    }
  },
);

test.each(LISTS)('$method $url refuses a page nobody could turn', async ({ target }) => {
  for (const query of ['limit=0', 'limit=201', 'limit=many', 'cursor=nonsense', 'cursor=W10', 'unknown=1']) {
    const answer = await platform.call('GET', `${target}?${query}`, { token: admin });
    expectProblem(answer, [404, 422]);
    if (answer.status === 422) expect(answer.body.errors[0].pointer).toBe(`/query/${query.split('=')[0]}`);
  }
});
