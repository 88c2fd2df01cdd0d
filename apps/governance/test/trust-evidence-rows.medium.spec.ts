import { createPool, WorkerPool, workerRoleOf } from '@agion/database';
import { asOwner, createTestDatabase, type TestDatabase } from '@agion/testing';
import { DEFAULT_ORGANIZATION, SEVERITIES, TRUST_DIMENSIONS, TRUST_SOURCES } from '@agion/wire';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import type pg from 'pg';
import { TrustEvidenceStore } from '../src/trust/trust-evidence.store.js';
import type { TrustEvidence } from '../src/trust/trust-evidence.js';
import { weightOf } from '../src/trust/trust-weight.js';

const organizationId = DEFAULT_ORGANIZATION.id;
let database: TestDatabase;
let pool: pg.Pool;
let store: TrustEvidenceStore;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, role: workerRoleOf('governance'), max: 4 });
  store = new TrustEvidenceStore(new WorkerPool(pool));
}, 60_000);
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

const rows = (text: string, ...values: unknown[]): Promise<Record<string, unknown>[]> =>
  asOwner(database, async (client) => (await client.query<Record<string, unknown>>(text, values)).rows);

/** Few words, so that many events have something in common, and some that could be taken for others when written down. */
const words = fc.constantFrom('a', 'a b', 'a,b', '{a}', '"a"', 'a\\', 'null', 'NULL', '=', ' ', 'å');
const evidence: fc.Arbitrary<TrustEvidence> = fc.record({
  organizationId: fc.constant(organizationId),
  eventId: fc.oneof(
    fc.nat(1e9).map((at) => uuidv7({ msecs: Date.parse('2026-11-10T00:00:00Z') + at })),
    fc.tuple(words, fc.nat(99)).map(([word, number]) => `${word} ${number}`),
  ),
  agentId: fc.constantFrom('rows:a', 'rows:b'),
  eventType: words,
  severity: fc.constantFrom(...SEVERITIES.filter((severity) => severity !== 'critical')),
  impact: fc.constantFrom(0.05, -0.05, 1 / 3),
  dimension: fc.constantFrom(...TRUST_DIMENSIONS),
  source: fc.constantFrom(...TRUST_SOURCES),
  reporter: fc.option(words),
  fingerprint: fc.constantFrom('', '1'),
  context: fc.option(fc.dictionary(words, fc.option(words), { noNullPrototype: true })),
  at: fc.integer({ min: 0, max: 3 * 86_400_000 }).map((ms) => new Date(Date.parse('2026-11-20T00:00:00Z') + ms)),
  sign: fc.constantFrom(1 as const, -1 as const),
});

describe('evidence in the tables', () => {
  it('is what was given, whatever its events have in common, each once, and the buckets are what it adds up to', async () => {
    const known = new Map<string, TrustEvidence>();
    await fc.assert(
      fc.asyncProperty(fc.array(evidence, { minLength: 1, maxLength: 40 }), async (given) => {
        const before = new Set(known.keys());
        for (const one of given) if (!known.has(one.eventId)) known.set(one.eventId, one);
        const { inserted } = await store.record(given);
        expect(new Set(inserted)).toEqual(new Set([...known.keys()].filter((eventId) => !before.has(eventId))));
      }),
      { numRuns: 60 },
    );
    const written =
      await rows(`SELECT event_id, agent_id, event_type, severity, impact, dimension, weight::float8, sign, source,
      reporter, fingerprint, context, at FROM governance.trust_events`);
    const inOrder = (list: Record<string, unknown>[]): unknown[] =>
      list.sort((a, b) => (String(a.event_id) < String(b.event_id) ? -1 : 1));
    expect(inOrder(written)).toEqual(inOrder([...known.values()].map(rowOf)));
    const names =
      'agent_id, fingerprint, dimension, day, positive, negative, count, verified_positive, verified_count, peer_negative, majors';
    const sums = `SELECT agent_id, fingerprint, dimension, day, sum(positive) AS positive, sum(negative) AS negative, sum(count)::int AS count,
      sum(verified_positive) AS verified_positive, sum(verified_count)::int AS verified_count, sum(peer_negative) AS peer_negative,
      sum(majors)::int AS majors FROM governance.trust_replay GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`;
    expect(await rows(`SELECT ${names} FROM governance.trust_buckets ORDER BY 1, 2, 3, 4`)).toEqual(await rows(sums));
  });
});

const rowOf = ({
  eventId,
  agentId,
  eventType,
  organizationId: _,
  ...rest
}: TrustEvidence): Record<string, unknown> => ({
  event_id: eventId,
  agent_id: agentId,
  event_type: eventType,
  weight: weightOf(rest),
  ...rest,
});

describe('a build that evidence brings', () => {
  let number = 0;
  const of = (agentId: string, fingerprint: string, given: Partial<TrustEvidence> = {}): TrustEvidence => ({
    organizationId, eventId: `build-${(number += 1)}`, agentId, eventType: 'task_completed', severity: 'positive', impact: 0.05,
    dimension: 'reliability', source: 'platform', reporter: null, fingerprint, context: null, at: new Date(), ...given,
  }); // prettier-ignore
  const ceilings = (agentId: string): Promise<unknown[]> =>
    rows(
      'SELECT container_id, reference FROM governance.trust_ceilings WHERE agent_id = $1 ORDER BY since, reference',
      agentId,
    );

  it('caps the agent once where the evidence before was of another', async () => {
    await store.record([of('one:a', '1'), of('one:a', '1', { dimension: 'security' })]);
    expect(await ceilings('one:a')).toEqual([]);
    await store.record([of('one:a', '1'), of('one:a', '2'), of('one:a', '2', { dimension: 'security' })]);
    expect(await ceilings('one:a')).toEqual([{ container_id: 'one', reference: '2' }]);
    await store.record([of('one:a', '2', { dimension: 'feedback' }), of('one:a', '1', { dimension: 'feedback' })]);
    expect(await ceilings('one:a')).toHaveLength(1);
  });

  it('caps nobody where there was no evidence, or none that declares a build', async () => {
    await store.record([of('two:a', '1'), of('two:a', '2')]);
    await store.record([of('plain', '')]);
    await store.record([of('plain', '1')]);
    expect([...(await ceilings('two:a')), ...(await ceilings('plain'))]).toEqual([]);
  });

  it('caps an agent of no container that declares none any longer', async () => {
    await store.record([of('bare', '1')]);
    await store.record([of('bare', '')]);
    expect(await ceilings('bare')).toEqual([{ container_id: null, reference: '' }]);
  });
});
