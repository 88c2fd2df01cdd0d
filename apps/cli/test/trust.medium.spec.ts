import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createPool, WorkerPool, workerRoleOf } from '@agion/database';
import { addOrganization, asOwner, asTableOwner, createTestDatabase, type TestDatabase } from '@agion/testing';
import { DEFAULT_ORGANIZATION, TRUST_DIMENSIONS, TRUST_SOURCES, SEVERITIES } from '@agion/wire';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { TrustEvidence } from '../../governance/src/trust/trust-evidence.js';
import { TrustEvidenceStore } from '../../governance/src/trust/trust-evidence.store.js';
import { agion, type Printed } from './command.js';

const DAY_MS = 86_400_000;
const EVENTS = 1_500;
let database: TestDatabase;
let empty: TestDatabase;
let pool: pg.Pool;
let folder: string;
let events: TrustEvidence[];

beforeAll(async () => {
  database = await createTestDatabase();
  empty = await createTestDatabase();
  folder = mkdtempSync(path.join(tmpdir(), 'agion-archive-'));
  const acme = await addOrganization(database, 'acme');
  pool = createPool({ url: database.url, role: workerRoleOf('governance'), max: 2 });
  events = Array.from({ length: EVENTS }, (_, index) =>
    eventOf(index, index % 3 === 0 ? acme.id : DEFAULT_ORGANIZATION.id),
  );
  await asTableOwner(database, async (client) => {
    const months = new Set(events.map(({ at }) => `${at.toISOString().slice(0, 7)}-01`));
    for (const month of months) await client.query('SELECT governance.add_trust_month($1)', [month]);
  });
  for (let at = 0; at < EVENTS; at += 250)
    await new TrustEvidenceStore(new WorkerPool(pool)).record(events.slice(at, at + 250));
  await asTableOwner(database, async (client) => {
    await client.query('ALTER TABLE governance.trust_events NO FORCE ROW LEVEL SECURITY');
    await client.query("UPDATE governance.trust_events SET recorded_at = at WHERE month = '1970-01-01'");
    await client.query('ALTER TABLE governance.trust_events FORCE ROW LEVEL SECURITY');
  });
}, 60_000);
afterAll(async () => {
  await pool?.end();
  await database?.drop();
  await empty?.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** Spread over twenty months, agents, builds and kinds; each fifth has an id that tells no time. */
function eventOf(index: number, organizationId: string): TrustEvidence {
  const of = <Value>(values: readonly Value[], step: number): Value =>
    values[Math.floor(index / step) % values.length] as Value;
  const at = new Date(Date.now() - Math.floor((index * 600 * DAY_MS) / EVENTS));
  return {
    organizationId,
    eventId: index % 5 === 0 ? `own-${index}` : uuidv7({ msecs: at.getTime() }),
    agentId: `shop:a${index % 4}`,
    eventType: 'task_completed',
    severity: of(SEVERITIES, 1),
    impact: ((index % 41) - 20) / 20,
    dimension: of(TRUST_DIMENSIONS, 2),
    source: of(TRUST_SOURCES, 3),
    reporter: index % 2 === 0 ? 'user:ursula' : null,
    fingerprint: of(['', 'one', 'two'], 100),
    context: { told: 'ursula' },
    at,
  };
}

const trust = (args: string[], of = database): Promise<Printed> =>
  agion(['trust', ...args], { DATABASE_URL: of.url, AGION_DATA_DIR: folder });
const buckets = (of: TestDatabase): Promise<unknown[]> =>
  asOwner(
    of,
    async (client) => (await client.query('SELECT * FROM governance.trust_buckets ORDER BY 1, 2, 3, 4, 5')).rows,
  );
const count = (of: TestDatabase): Promise<number> =>
  asOwner(of, async (client) => {
    const { rows } = await client.query<{ n: number }>('SELECT count(*)::int AS n FROM governance.trust_events');
    return rows[0]?.n ?? 0;
  });

describe('agion trust rebuild', () => {
  it('finds nothing while the sums are what the events say', async () => {
    expect(await trust(['rebuild', '--verify'])).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^1500 events, \d+ sums: the replay equals them\n$/),
    });
  });

  it('names each sum that differs, and mends them with a fact for the trail', async () => {
    const before = await buckets(database);
    await asOwner(database, async (client) => {
      await client.query(
        `UPDATE governance.trust_buckets SET positive = positive + 1 WHERE (agent_id, dimension) = ('shop:a1', 'security')`,
      );
      await client.query(`DELETE FROM governance.trust_buckets WHERE agent_id = 'shop:a2' AND dimension = 'feedback'`);
      await client.query(
        `INSERT INTO governance.trust_buckets (organization_id, agent_id, fingerprint, dimension, day, count)
          VALUES ($1, 'nobody:a', '', 'security', '2026-01-01', 7)`,
        [DEFAULT_ORGANIZATION.id],
      );
    });
    const found = await trust(['rebuild']);
    expect(found).toMatchObject({ status: 1, out: expect.stringMatching(/✗ shop:a1 .*security.*stored .* replayed /) });
    expect(await trust(['rebuild', '--verify', '--write'])).toMatchObject({
      status: 1,
      err: expect.stringMatching(/one of them/),
    });
    expect(await trust(['rebuild', '--write'])).toMatchObject({
      status: 0,
      out: expect.stringMatching(/\d+ sums mended/),
    });
    expect(await buckets(database)).toEqual(before);
    const facts = await asOwner(database, (client) =>
      client.query("SELECT stream FROM governance.outbox WHERE fields ->> 'type' = 'trust.rebuilt' ORDER BY 1"),
    );
    expect(facts.rows).toEqual([{ stream: 'agion:events:audit' }, { stream: 'org:acme:agion:events:audit' }]);
  });
});

describe('agion trust archive', () => {
  it('refuses to let go what may still be repeated', async () => {
    expect(await trust(['archive', '-d', folder, '--keep-days', '90'])).toMatchObject({ status: 2 });
  });

  it('lets old events go once their files are read back; sums, scores and the replay stay', async () => {
    const before = await buckets(database);
    const { status, out, err } = await trust(['archive', '-d', folder, '--keep-days', '400']);
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatch(/\d+ files, [78] months gone/);
    expect(await count(database)).toBeLessThan(EVENTS * 0.8);
    expect(await buckets(database)).toEqual(before);
    expect(await trust(['rebuild', '--verify'])).toMatchObject({ status: 0 });
    const again = await trust(['archive', '-d', folder, '--keep-days', '400']);
    expect(again).toMatchObject({ status: 0, out: '0 files, 0 months gone\n' });
  });

  it('holds no person’s name and nothing events told besides', async () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.gz'));
    const { gunzipSync } = await import('node:zlib');
    const rows = files.flatMap((name) =>
      gunzipSync(readFileSync(path.join(folder, name)))
        .toString()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    );
    expect(rows.length + (await count(database))).toBe(EVENTS);
    expect(
      rows.filter((row) => 'context' in row || (row.source === 'person' && row.reporter === 'user:ursula')),
    ).toEqual([]);
  });

  it('can be read back with an export into an empty platform, whose sums are the same', async () => {
    expect(await trust(['archive', '-d', folder, '--export'])).toMatchObject({ status: 0 });
    const restored = await trust(['restore', '-d', folder], empty);
    expect(restored).toMatchObject({
      status: 0,
      out: expect.stringMatching(/1500 events, \d+ sums: the replay equals them/),
    });
    expect(await trust(['rebuild', '--verify'], empty)).toMatchObject({ status: 0 });
    expect(await buckets(empty)).toEqual(await buckets(database));
    const ceilings = (of: TestDatabase): Promise<unknown[]> =>
      asOwner(of, async (client) => (await client.query('SELECT * FROM governance.trust_ceilings ORDER BY id')).rows);
    expect(await ceilings(empty)).toEqual(await ceilings(database));
    expect((await ceilings(empty)).length).toBeGreaterThan(0);
    expect(await trust(['restore', '-d', folder], empty)).toMatchObject({
      status: 0,
      out: expect.stringMatching(/ 0 of them new/),
    });
  });

  it('is not read back where its sums still count, nor when a byte of it has changed', async () => {
    expect(await trust(['restore', '-d', folder])).toMatchObject({
      status: 1,
      err: expect.stringMatching(/empty one/),
    });
    const name = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((file) => file.endsWith('.gz')) ?? '';
    appendFileSync(path.join(folder, name), 'x');
    const refused = await trust(['restore', '-d', folder], empty);
    expect(refused.status).toBe(1);
    expect(refused.err).toContain(path.basename(name));
  });
});
