import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { CHANNELS, DEFAULT_SETTINGS, type Organization, type Principal } from '@agion/wire';
import { admin, agent, operator, RegistryUnderTest, serviceOf } from './registry-under-test.js';

let registry: RegistryUnderTest;
beforeAll(async () => {
  registry = await RegistryUnderTest.start();
});
afterAll(() => registry.close());

const ORGANIZATIONS = '/v1/organizations';
const create = (slug: string, as: Principal = admin()) =>
  registry.call('POST', ORGANIZATIONS, { as, body: { slug, name: `The ${slug}` } });
const made = async (slug: string): Promise<Organization> => {
  const { body } = await create(slug);
  return { id: body.id as string, slug };
};
const settings = (slug: string, as: Principal = admin()) =>
  registry.call('GET', `${ORGANIZATIONS}/${slug}/settings`, { as });
const change = (slug: string, body: object, as: Principal = admin()) =>
  registry.call('PUT', `${ORGANIZATIONS}/${slug}/settings`, { as, body });
const register = (agentId: string, organization: Organization) =>
  registry.call('POST', '/v1/agents/register', { as: operator(organization), body: { agent_id: agentId, name: 'x' } });

describe('an organization', () => {
  it('is made by an admin of the platform, known to the services at once, and announced', async () => {
    const heard = await registry.hear(CHANNELS.control);
    const answer = await create('acme');
    expect(answer).toMatchObject({ status: 201, body: { slug: 'acme', name: 'The acme' } });
    await eventually(() => expect(heard).toEqual([{ type: 'organizations.changed' }]));
    const known = await registry.call('GET', '/internal/organizations', {
      from: 'governance',
      as: serviceOf('governance'),
    });
    expect(known.body.items).toContainEqual({ id: answer.body.id, slug: 'acme', settings: DEFAULT_SETTINGS });
    const page = await registry.call('GET', `${ORGANIZATIONS}?limit=1`, { as: admin() });
    expect(page.body.items.map(({ slug }: { slug: string }) => slug)).toEqual(['acme']);
    const rest = await registry.call('GET', `${ORGANIZATIONS}?cursor=${page.body.next_cursor}`, { as: admin() });
    expect(rest.body.items.map(({ slug }: { slug: string }) => slug)).toContain('default');
    await eventually(async () =>
      expect(await registry.entries('agion:events:audit')).toContainEqual(
        expect.objectContaining({ type: 'organization.created', subject: expect.stringContaining('acme') }),
      ),
    );
  });

  it('is made once, with a slug that is one', async () => {
    await create('once');
    expect((await create('once')).body).toMatchObject({ status: 409, type: '/problems/conflict' });
    expect((await create('default')).status).toBe(409);
    for (const slug of ['', 'Big', 'a:b', 'org:acme', '../x', 'a'.repeat(40), '-a'])
      expect((await create(slug)).status).toBe(422);
  });

  it('is made and listed by nobody else', async () => {
    const other = await made('other');
    for (const as of [operator(), admin(other), agent('a:b')]) {
      expect((await create('more', as)).status).toBe(403);
      expect((await registry.call('GET', ORGANIZATIONS, { as })).status).toBe(403);
    }
    expect((await create('more')).status).toBe(201);
  });
});

describe('the settings of an organization', () => {
  it('are those nobody has changed, until somebody does; what is left out stays', async () => {
    const organization = await made('tuned');
    expect((await settings('tuned')).body).toEqual(DEFAULT_SETTINGS);
    const heard = await registry.hear(CHANNELS.control);
    const first = await change('tuned', { requests_per_minute: 100, quotas: { agents: 5, runs: 7 } });
    expect(first.body).toEqual({
      version: 1,
      default_effect: 'deny',
      decision_retention_days: 400,
      policy_review: 'off',
      requests_per_minute: 100,
      quotas: { agents: 5, policies: null, runs: 7, service_accounts: null },
    });
    const second = await change('tuned', { default_effect: 'allow', quotas: { runs: null } });
    expect(second.body).toMatchObject({ version: 2, default_effect: 'allow', requests_per_minute: 100 });
    expect(second.body.quotas).toEqual({ agents: 5, policies: null, runs: null, service_accounts: null });
    expect((await change('tuned', { default_effect: 'allow' })).body.version).toBe(2);
    expect((await settings('tuned', admin(organization))).body).toEqual(second.body);
    await eventually(() => expect(heard.length).toBeGreaterThanOrEqual(2));
    await eventually(async () => {
      const facts = await registry.entries('org:tuned:agion:events:audit');
      const changes = facts.filter(({ type }) => type === 'organization.settings_changed');
      expect(changes.map(({ details }) => JSON.parse(details ?? '').changed)).toEqual([
        ['requests_per_minute', 'quotas.agents', 'quotas.runs'],
        ['default_effect', 'quotas.runs'],
      ]);
    });
  });

  it('are its own admin’s as far as they are no limits of the platform', async () => {
    const organization = await made('owned');
    await change('owned', { requests_per_minute: 50, quotas: { agents: 1 } });
    const as = admin(organization);
    const own = { default_effect: 'allow', decision_retention_days: 90, policy_review: 'required' };
    expect((await change('owned', own, as)).body).toMatchObject(own);
    for (const body of [{ requests_per_minute: 5_000 }, { requests_per_minute: null }, { quotas: { agents: null } }]) {
      const answer = await change('owned', { ...body, default_effect: 'deny' }, as);
      expect(answer.body).toMatchObject({ status: 403, type: '/problems/forbidden' });
    }
    expect((await settings('owned', as)).body).toMatchObject({ default_effect: 'allow', requests_per_minute: 50 });
    expect((await change('owned', { requests_per_minute: 50, quotas: { agents: 1 } }, as)).status).toBe(200);
    expect((await settings('owned', operator(organization))).status).toBe(403);
  });

  it('do not exist for anybody else', async () => {
    const mine = await made('mine');
    await made('theirs');
    for (const slug of ['theirs', 'default', 'nowhere']) {
      expect((await settings(slug, admin(mine))).body).toMatchObject({ status: 404, type: '/problems/not-found' });
      expect((await change(slug, { default_effect: 'allow' }, admin(mine))).status).toBe(404);
    }
    expect((await settings('theirs')).body).toEqual(DEFAULT_SETTINGS);
  });

  it.each([
    ['an effect that is none', { default_effect: 'maybe' }],
    ['a ledger kept for less than 30 days', { decision_retention_days: 29 }],
    ['one kept for more than ten years', { decision_retention_days: 3_651 }],
    ['a review that is none', { policy_review: 'sometimes' }],
    ['no requests at all', { requests_per_minute: 0 }],
    ['a negative quota', { quotas: { agents: -1 } }],
    ['half a quota', { quotas: { agents: 0.5 } }],
    ['a quota of something else', { quotas: { wishes: 3 } }],
    ['another version', { version: 9 }],
    ['another organization', { organization_id: 'x' }],
  ])('refuse %s', async (_, body) => {
    expect((await change('default', body)).status).toBe(422);
  });

  it('are changed one after the other', async () => {
    await made('busy');
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => change('busy', { requests_per_minute: 1_000 + i })),
    );
    expect(answers.map(({ body }) => body.version as number).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 10 }, (_, i) => i + 1),
    );
  });
});

describe('a quota', () => {
  it('of agents holds, also when many register at once, and counts those that are not retired', async () => {
    const organization = await made('small');
    await change('small', { quotas: { agents: 3 } });
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => register(`crew:agent-${i}`, organization)));
    const registered = answers.filter(({ status }) => status === 201);
    expect(registered).toHaveLength(3);
    const refused = answers.find(({ status }) => status === 403);
    expect(refused?.body).toMatchObject({
      type: '/problems/quota-exceeded',
      quota: 'agents',
      limit: 3,
      hint: expect.stringContaining('retire'),
    });
    const [first] = registered;
    const id = first?.body.agent.agent_id as string;
    expect((await register(id, organization)).status).toBe(200);
    await registry.call('POST', `/v1/agents/${id}/retire`, { as: operator(organization) });
    expect((await register('crew:next', organization)).status).toBe(201);
    expect((await register('crew:too-many', organization)).status).toBe(403);
    expect((await register('crew:elsewhere', { id: (await made('roomy')).id, slug: 'roomy' })).status).toBe(201);
  });

  it('of service accounts holds', async () => {
    const organization = await made('few');
    await change('few', { quotas: { service_accounts: 1 } });
    const account = (name: string) =>
      registry.call('POST', '/v1/service-accounts', { as: admin(organization), body: { name, role: 'viewer' } });
    const one = await account('one');
    expect(one.status).toBe(201);
    expect((await account('two')).body).toMatchObject({ status: 403, type: '/problems/quota-exceeded' });
    await registry.call('DELETE', `/v1/service-accounts/${one.body.id}`, { as: admin(organization) });
    expect((await account('two')).status).toBe(201);
  });
});
