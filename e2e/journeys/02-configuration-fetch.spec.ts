import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asOwner, eventually } from '@agion/testing';
import { type Platform, startPlatform } from '../platform.js';

/** Journey 02: docs/journeys/02-configuration-fetch.md */
let platform: Platform;
let operator: string;
let agent: string;

beforeAll(async () => {
  platform = await startPlatform();
  operator = await platform.person('operator');
  const { body } = await platform.call('POST', '/api/v1/agents/register', {
    body: { agent_id: 'langgraph-v2:analyst', name: 'Analyst' },
  });
  agent = body.token;
}, 60_000);
afterAll(() => platform.stop());

const prompt = {
  id: 'analysis',
  name: 'Analysis',
  location: 'data_analysis',
  content: 'Look at {{dataset}}.',
  variables: ['dataset'],
};
const fetchPrompt = (token: string, headers: Record<string, string> = {}) =>
  platform.call('GET', '/api/v1/prompts/by-location/data_analysis', { token, headers });

describe('a prompt', () => {
  test('that nobody made is a 404 that says how to make it', async () => {
    const answer = await fetchPrompt(agent);
    expect(answer).toMatchObject({
      status: 404,
      body: { type: '/problems/prompt-not-found', hint: expect.stringContaining('/api/v1/prompts') },
    });
  });

  test('is made by an operator, read by an agent, and asked for again at the price of a 304', async () => {
    const created = await platform.call('POST', '/api/v1/prompts', { token: operator, body: prompt });
    expect(created.status).toBe(201);
    const fetched = await fetchPrompt(agent);
    expect(fetched.body).toMatchObject({ ...prompt, version: 1 });
    const etag = fetched.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[^"]+"$/);
    const again = await fetchPrompt(agent, { 'if-none-match': etag });
    expect(again).toMatchObject({ status: 304, body: '' });
  });

  test('changes: the next version is there within a second of the change, under another ETag', async () => {
    const { headers } = await fetchPrompt(agent);
    const changed = await platform.call('PUT', '/api/v1/prompts/analysis', {
      token: operator,
      body: { ...prompt, id: undefined, content: 'Look twice at {{dataset}}.' },
    });
    expect(changed).toMatchObject({ status: 200, body: { version: 2 } });
    await eventually(
      async () => {
        const next = await fetchPrompt(agent, { 'if-none-match': headers.get('etag') ?? '' });
        expect(next).toMatchObject({ status: 200, body: { version: 2, content: 'Look twice at {{dataset}}.' } });
      },
      { timeoutMs: 1_000 },
    );
  });

  test('goes back to its first version when that is activated', async () => {
    const answer = await platform.call('POST', '/api/v1/prompts/analysis/versions/1/activate', { token: operator });
    expect(answer.status).toBeLessThan(300);
    await eventually(async () => expect((await fetchPrompt(agent)).body.content).toBe(prompt.content), {
      timeoutMs: 1_000,
    });
  });

  test('is not for agents to change', async () => {
    const answer = await platform.call('PUT', '/api/v1/prompts/analysis', {
      token: agent,
      body: { ...prompt, id: undefined },
    });
    expect(answer).toMatchObject({ status: 403, body: { type: '/problems/forbidden' } });
  });
});

test('a model and a resource are fetched the same way', async () => {
  const model = {
    name: 'Analysis model',
    purpose: 'analysis',
    provider: 'openai',
    model: 'gpt-4o',
    parameters: { temperature: 0.2 },
  };
  const resource = {
    name: 'sales_db',
    type: 'database',
    config: { host: 'db.example.test' },
    credential_ref: 'vault:sales',
  };
  expect((await platform.call('POST', '/api/v1/models', { token: operator, body: model })).status).toBe(201);
  expect((await platform.call('POST', '/api/v1/resources', { token: operator, body: resource })).status).toBe(201);
  expect((await platform.call('GET', '/api/v1/models/by-purpose/analysis', { token: agent })).body).toMatchObject(
    model,
  );
  expect((await platform.call('GET', '/api/v1/resources/by-name/sales_db', { token: agent })).body).toMatchObject(
    resource,
  );
});

describe('the same name in two organizations', () => {
  const OTHER = '00000000-0000-7000-8000-0000000000aa';

  test('never crosses, from the cache or not, also while both change', async () => {
    await asOwner(platform.database, (client) =>
      client.query("INSERT INTO registry.organizations (organization_id, slug, name) VALUES ($1, 'acme', 'Acme')", [
        OTHER,
      ]),
    );
    const acme = await platform.person('operator', { organization: 'acme' });
    const own = await platform.person('operator');
    const path = '/api/v1/prompts/by-location/greeting';
    const make = (token: string, owner: string) =>
      platform.call('POST', '/api/v1/prompts', {
        token,
        body: { id: 'greeting', name: 'Greeting', location: 'greeting', content: `${owner} 0` },
      });
    expect((await make(own, 'default')).status).toBe(201);
    expect((await platform.call('GET', path, { token: acme })).status).toBe(404);
    expect((await make(acme, 'acme')).status).toBe(201);
    const writing = Promise.all(
      [[own, 'default'] as const, [acme, 'acme'] as const].map(async ([token, owner]) => {
        for (let n = 1; n <= 15; n++) {
          const body = { name: 'Greeting', location: 'greeting', content: `${owner} ${n}` };
          expect((await platform.call('PUT', '/api/v1/prompts/greeting', { token, body })).status).toBe(200);
        }
      }),
    );
    let done = false;
    const reading = [[own, 'default'] as const, [acme, 'acme'] as const].flatMap(([token, owner]) =>
      Array.from({ length: 4 }, async () => {
        let reads = 0;
        while (!done || reads < 20) {
          const { status, body } = await platform.call('GET', path, { token });
          expect([status, body.content.split(' ')[0]]).toEqual([200, owner]);
          reads += 1;
        }
        return reads;
      }),
    );
    await writing;
    done = true;
    expect((await Promise.all(reading)).every((reads) => reads >= 20)).toBe(true);
    await eventually(async () =>
      expect((await platform.call('GET', path, { token: acme })).body.content).toBe('acme 15'),
    );
    await eventually(async () =>
      expect((await platform.call('GET', path, { token: own })).body.content).toBe('default 15'),
    );
  }, 60_000);
});
