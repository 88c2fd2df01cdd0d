import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPool, OrganizationScope, Outbox, roleOf, WorkerPool, workerRoleOf } from '@agion/database';
import { auditEntry } from '@agion/service-kit';
import { createTestDatabase, type TestDatabase } from '@agion/testing';
import type { Organization } from '@agion/wire';
import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { DefaultEffectsStore, type Effect } from '../src/policies/default-effects.store.js';
import { PolicySetsStore } from '../src/policies/policy-sets.store.js';

let database: TestDatabase;
let pools: pg.Pool[];
let effects: DefaultEffectsStore;
let sets: PolicySetsStore;
beforeAll(async () => {
  database = await createTestDatabase();
  const own = createPool({ url: database.url, role: roleOf('governance'), max: 4, pipeline: true });
  const all = createPool({ url: database.url, role: workerRoleOf('governance'), max: 1 });
  pools = [own, all];
  const [scope, worker] = [new OrganizationScope(own), new WorkerPool(all)];
  effects = new DefaultEffectsStore(scope, new Outbox('governance', worker));
  sets = new PolicySetsStore(scope, worker);
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await database.drop();
});

const organization = (): Organization => ({ id: uuidv7(), slug: 'any' });
const adopt = ({ id, slug }: Organization, version: number, effect: Effect): Promise<number | null> =>
  effects.adopt(id, { version, effect }, (revision) =>
    auditEntry({
      type: 'policies.default_effect_changed',
      actor: { kind: 'service', subject: 'governance', organization: { id, slug }, role: null, groups: [] },
      subject: { kind: 'organization', id: slug },
      outcome: 'succeeded',
      details: { revision },
    }),
  );

describe('the default effect', () => {
  it('is adopted once by all replicas together, as one revision', async () => {
    const acme = organization();
    const revisions = await Promise.all(Array.from({ length: 8 }, () => adopt(acme, 1, 'allow')));
    expect(revisions.filter((revision) => revision !== null)).toEqual([1]);
    expect(await sets.state(acme.id)).toMatchObject({ revision: 1, defaultEffect: 'allow' });
  });

  it('does not go back to older settings, however late they are heard of', async () => {
    const acme = organization();
    expect(await adopt(acme, 3, 'allow')).toBe(1);
    for (const version of [1, 2, 3]) expect(await adopt(acme, version, 'deny')).toBeNull();
    expect(await sets.state(acme.id)).toMatchObject({ revision: 1, defaultEffect: 'allow' });
  });

  it('is no revision while it stays the same', async () => {
    const acme = organization();
    expect(await adopt(acme, 1, 'deny')).toBeNull();
    expect(await adopt(acme, 2, 'deny')).toBeNull();
    expect(await sets.state(acme.id)).toMatchObject({ revision: 0, defaultEffect: 'deny' });
  });

  it('of each revision is remembered', async () => {
    const acme = organization();
    for (const [version, effect] of [
      [1, 'allow'],
      [2, 'deny'],
      [3, 'allow'],
    ] as const)
      await adopt(acme, version, effect);
    expect(await Promise.all([0, 1, 2, 3, 9].map((revision) => effects.at(acme.id, revision)))).toEqual([
      'deny',
      'allow',
      'deny',
      'allow',
      'allow',
    ]);
    expect(await effects.at(organization().id, 2)).toBe('deny');
  });
});
