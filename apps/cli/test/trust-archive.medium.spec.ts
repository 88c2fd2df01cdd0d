import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createPool, workerRoleOf } from '@agion/database';
import { asOwner, asTableOwner, createTestDatabase, eventually, type TestDatabase } from '@agion/testing';
import { DEFAULT_ORGANIZATION } from '@agion/wire';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { TrustEvidence } from '../../governance/src/trust/trust-evidence.js';
import { insertEvidence } from '../../governance/src/trust/trust-evidence.store.js';
import { agion, type Printed } from './command.js';

const DAY_MS = 86_400_000;
const OLD = new Date(Date.now() - 500 * DAY_MS);
let database: TestDatabase;
let pool: pg.Pool;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = mkdtempSync(path.join(tmpdir(), 'agion-archive-'));
  pool = createPool({ url: database.url, role: workerRoleOf('governance'), max: 2 });
  await asTableOwner(database, (client) =>
    client.query('SELECT governance.add_trust_month($1)', [`${OLD.toISOString().slice(0, 7)}-01`]),
  );
}, 60_000);
afterAll(async () => {
  await pool?.end();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

const old = (given: Partial<TrustEvidence> = {}): TrustEvidence => ({
  organizationId: DEFAULT_ORGANIZATION.id,
  eventId: uuidv7({ msecs: OLD.getTime() }),
  agentId: 'shop:late',
  eventType: 'task_completed',
  severity: 'positive',
  impact: 0.05,
  dimension: 'reliability',
  source: 'platform',
  reporter: null,
  fingerprint: '',
  context: null,
  at: OLD,
  ...given,
});
const trust = (args: string[]): Promise<Printed> =>
  agion(['trust', ...args], { DATABASE_URL: database.url, AGION_DATA_DIR: folder });
const archive = (...more: string[]): Promise<Printed> => trust(['archive', '-d', folder, ...more]);

describe('a month that leaves', () => {
  it('waits for whoever writes to it, and stays when that came after its file', async () => {
    const writer = await pool.connect();
    try {
      await writer.query('BEGIN');
      await insertEvidence(writer, [old()]);
      await writer.query('COMMIT');
      await writer.query('BEGIN');
      await insertEvidence(writer, [old({ severity: 'critical' })]);
      const leaving = archive();
      await eventually(() =>
        asOwner(database, async (client) => {
          const { rows } = await client.query(
            "SELECT FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'",
          );
          expect(rows).toHaveLength(1);
        }),
      );
      await writer.query('COMMIT');
      expect(await leaving).toMatchObject({ status: 1, err: expect.stringMatching(/holds 2 trust events and not 1/) });
    } finally {
      writer.release();
    }
    expect(await trust(['rebuild', '--verify'])).toMatchObject({ status: 0, out: expect.stringMatching(/^2 events/) });
    expect(await archive()).toMatchObject({ status: 0, out: expect.stringMatching(/2 rows, read back/) });
    expect(await trust(['rebuild', '--verify'])).toMatchObject({ status: 0, out: expect.stringMatching(/^0 events/) });
  }, 30_000);
});

describe('an export', () => {
  it('holds the ceilings of organizations whose events have all been archived, and no name of who cleared them', async () => {
    await asOwner(database, (client) =>
      client.query("UPDATE governance.trust_ceilings SET cleared_at = now(), cleared_by = 'user:ursula'"),
    );
    const { status, out } = await archive('--export');
    expect([status, out]).toEqual([0, expect.stringMatching(/trust-ceilings\.ndjson\.gz {2}1 rows/)]);
    const file = path.join(folder, DEFAULT_ORGANIZATION.id, 'trust-ceilings.ndjson.gz');
    const text = gunzipSync(readFileSync(file)).toString();
    expect(JSON.parse(text)).toMatchObject({ agent_id: 'shop:late', cleared_by: expect.stringMatching(/^person:/) });
    expect(text).not.toContain('ursula');
  });
});

describe('the job of a cluster', () => {
  const settings = (days: string): Record<string, string> => ({
    AGION_GATEWAY_URL: 'http://gateway:8080',
    AGION_ARCHIVE_DIR: folder,
    GOVERNANCE_DATABASE_URL_FILE: path.join(folder, 'url'),
    TRUST_RETENTION_DAYS: days,
  });

  it('is told all it needs by settings', async () => {
    writeFileSync(path.join(folder, 'url'), `${database.url}\n`);
    const month = new Date(Date.now() - 300 * DAY_MS).toISOString().slice(0, 7);
    await asTableOwner(database, (client) => client.query('SELECT governance.add_trust_month($1)', [`${month}-01`]));
    expect(await agion(['trust', 'archive'], settings('400'))).toMatchObject({
      status: 0,
      out: '0 files, 0 months gone\n',
    });
    expect(await agion(['trust', 'archive'], settings('240'))).toMatchObject({
      status: 0,
      out: '0 files, 1 months gone\n',
    });
    expect(await agion(['trust', 'archive'], settings('10'))).toMatchObject({ status: 2 });
  });
});
