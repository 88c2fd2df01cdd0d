import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, createTestDatabase, type TestDatabase } from '@agion/testing';
import fc from 'fast-check';
import { leaseSql, statusOf, statusSql } from '../src/agents/lease.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const AT = new Date('2026-03-01T12:00:00.000Z');
const offset = fc.oneof(
  fc.integer({ min: -70_000, max: 70_000 }),
  fc.constantFrom(0, -30_000, -29_999, -30_001, 1, -1),
);
const standing = fc.record({
  retired: fc.boolean(),
  quarantined: fc.boolean(),
  instances: fc.array(fc.record({ lease: offset, ended: fc.boolean() }), { maxLength: 4 }),
});

const ONE = `WITH agents AS (SELECT $1::timestamptz AS retired_at, $2::timestamptz AS quarantined_at,
    '00000000-0000-7000-8000-000000000001'::uuid AS organization_id, 'a' AS agent_id),
  agent_instances AS (SELECT agents.organization_id, agents.agent_id, lease_expires_at, lease_expires_at AS last_beat_at, ended_at
    FROM agents, unnest($3::timestamptz[], $4::timestamptz[]) AS row (lease_expires_at, ended_at))
  SELECT ${statusSql('$5::timestamptz')} AS status, lease.live_instances AS live
  FROM agents agent LEFT JOIN LATERAL (${leaseSql('$5::timestamptz').replace('registry.agent_instances', 'agent_instances')}) lease ON true`;

describe('the status in SQL', () => {
  it('is the status of the pure rule, for every standing', async () => {
    await asOwner(database, (client) =>
      fc.assert(
        fc.asyncProperty(standing, async ({ retired, quarantined, instances }) => {
          const leases = instances.map(({ lease }) => new Date(AT.getTime() + lease));
          const living = leases.filter((_, index) => instances[index]?.ended === false).map((lease) => lease.getTime());
          const retiredAt = retired ? AT : null;
          const quarantinedAt = quarantined ? AT : null;
          const leaseExpiresAt = living.length > 0 ? new Date(Math.max(...living)) : null;
          const { rows } = await client.query<{ status: string; live: number }>(ONE, [
            retiredAt,
            quarantinedAt,
            leases,
            instances.map(({ ended }) => (ended ? AT : null)),
            AT,
          ]);
          expect(rows[0]).toEqual({
            status: statusOf({ retiredAt, quarantinedAt, leaseExpiresAt }, AT),
            live: living.filter((lease) => lease > AT.getTime()).length,
          });
        }),
        { numRuns: 500 },
      ),
    );
  });
});
