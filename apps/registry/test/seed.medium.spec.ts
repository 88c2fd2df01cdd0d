import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { agent, RegistryUnderTest } from './registry-under-test.js';

let registry: RegistryUnderTest;
let seed: (databaseUrl: string) => Promise<void>;
beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  ({ seed } = (await import(new URL('../../../prisma/seed.mjs', import.meta.url).href)) as { seed: typeof seed });
});
afterAll(() => registry.close());

const FETCHES = [
  '/v1/prompts/by-location/data_analysis',
  '/v1/models/by-purpose/analysis',
  '/v1/resources/by-name/sales_db',
];
const as = agent('any:agent');

describe('the demo content', () => {
  it('is what the registry would have accepted, and can be put in again', async () => {
    await seed(registry.database.adminUrl);
    await seed(registry.database.adminUrl);
    for (const path of FETCHES) {
      const fetched = await registry.call('GET', path, { as });
      expect([path, fetched.status]).toEqual([path, 200]);
      const collection = path.split('/')[2];
      const put = await registry.call('PUT', `/v1/${collection}/${fetched.body.id}`, { body: fetched.body });
      expect([path, put.status]).toEqual([path, 200]);
    }
    const organizations = await registry.rows<{ name: string }>('SELECT name FROM registry.organizations');
    expect(organizations).toEqual([{ name: 'Demo' }]);
  });

  it('never overwrites what people have done since', async () => {
    await registry.rows("UPDATE registry.organizations SET name = 'Ours'");
    await registry.call('DELETE', '/v1/resources/sales_db');
    const before = await Promise.all(FETCHES.map((path) => registry.call('GET', path, { as })));
    await seed(registry.database.adminUrl);
    const after = await Promise.all(FETCHES.map((path) => registry.call('GET', path, { as })));
    expect(after.map(({ status }) => status)).toEqual([200, 200, 404]);
    expect(after.slice(0, 2).map(({ text }) => text)).toEqual(before.slice(0, 2).map(({ text }) => text));
    expect(await registry.rows('SELECT name FROM registry.organizations')).toEqual([{ name: 'Ours' }]);
  });
});
