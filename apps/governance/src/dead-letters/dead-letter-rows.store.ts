import { WorkerPool } from '@agion/database';
import { Injectable } from '@nestjs/common';
import { LedgerCipher } from '../ledger/ledger-cipher.js';
import type { NewDeadLetter } from './dead-letter.js';

/** One that dies again after it was put back is the same dead letter, open again; told once more, nothing changes. */
const RECORD = `
INSERT INTO governance.dead_letters AS kept (organization_id, dead_letter_id, stream, source_id, source_at, agent_id, kind, error,
  deliveries, failed_at, incomplete, bytes, key_id, content, redrives)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::text[],
  $9::int[], $10::timestamptz[], $11::boolean[], $12::int[], $13::text[], $14::bytea[], $15::int[])
ORDER BY 1, 3, 4
ON CONFLICT (organization_id, stream, source_id) DO UPDATE
SET status = 'open', kind = excluded.kind, error = excluded.error, deliveries = excluded.deliveries,
  failed_at = excluded.failed_at, recorded_at = now(), settled_at = NULL, settled_by = NULL
WHERE kept.status = 'redriven' AND kept.redrives = excluded.redrives`;

/** Rows removed by one statement. */
const BATCH = 1_000;

const LARGEST_BATCH = 10_000;

/** Those that are settled go first, then those that died first. */
const THIN = `
DELETE FROM governance.dead_letters WHERE (organization_id, dead_letter_id) IN (
  SELECT organization_id, dead_letter_id FROM (
    SELECT organization_id, dead_letter_id, row_number() OVER latest AS place, sum(bytes) OVER latest AS bytes_so_far
    FROM governance.dead_letters
    WINDOW latest AS (PARTITION BY organization_id, stream
      ORDER BY status = 'open' DESC, recorded_at DESC, dead_letter_id DESC)) AS ranked
  WHERE place > $1 OR bytes_so_far > $2 LIMIT ${LARGEST_BATCH})
RETURNING status`;

/** What was removed: how many, how many of these were open, and whether there may be more. */
export interface Removed {
  removed: number;
  open: number;
  more: boolean;
}

/** `governance.dead_letters` of all organizations: what comes in, and what is past its time. */
@Injectable()
export class DeadLetterRowsStore {
  constructor(
    private readonly worker: WorkerPool,
    private readonly cipher: LedgerCipher,
  ) {}

  /** Each entry of a stream once, and again for each time it was put back. */
  async record(letters: readonly NewDeadLetter[]): Promise<void> {
    const latest = new Map<string, NewDeadLetter>();
    for (const letter of letters) {
      const name = `${letter.organizationId} ${letter.stream} ${letter.sourceId}`;
      const known = latest.get(name);
      if (!known || letter.attempt > known.attempt) latest.set(name, letter);
    }
    const rows = [...latest.values()];
    const texts = rows.map(({ fields }) => JSON.stringify(fields));
    await this.worker.query({
      name: 'record_dead_letters',
      text: RECORD,
      values: [
        rows.map(({ organizationId }) => organizationId),
        rows.map(({ id }) => id),
        rows.map(({ stream }) => stream),
        rows.map(({ sourceId }) => sourceId),
        rows.map(({ sourceAt }) => sourceAt),
        rows.map(({ agentId }) => agentId),
        rows.map(({ kind }) => kind),
        rows.map(({ error }) => error),
        rows.map(({ deliveries }) => deliveries),
        rows.map(({ failedAt }) => failedAt),
        rows.map(({ incomplete }) => incomplete),
        rows.map(({ fields }) =>
          Object.entries(fields).reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), 0),
        ),
        rows.map(() => this.cipher.keyId),
        rows.map(({ organizationId, id }, index) =>
          this.cipher.seal(texts[index] ?? '', { organizationId, inputsId: id }),
        ),
        rows.map(({ attempt }) => attempt),
      ],
    });
  }

  /** How many are open, by organization and stream. */
  open(): Promise<{ organizationId: string; stream: string; entries: number }[]> {
    return this.worker.query<{ organizationId: string; stream: string; entries: number }>({
      name: 'open_dead_letters',
      text: `SELECT organization_id AS "organizationId", stream, count(*)::int AS entries
        FROM governance.dead_letters WHERE status = 'open' GROUP BY 1, 2`,
    });
  }

  /** Removes some that died so many days ago. */
  async forget(days: number): Promise<Removed> {
    const rows = await this.worker.query<{ status: string }>({
      text: `DELETE FROM governance.dead_letters WHERE (organization_id, dead_letter_id) IN (
          SELECT organization_id, dead_letter_id FROM governance.dead_letters
          WHERE recorded_at < now() - $1::int * interval '1 day' ORDER BY recorded_at LIMIT ${BATCH}) RETURNING status`,
      values: [days],
    });
    return removedIn(rows, BATCH);
  }

  /** Removes some beyond so many of one stream of an organization, or so many bytes of what they held. */
  async thin(most: { letters: number; bytes: number }): Promise<Removed> {
    return removedIn(await this.worker.query({ text: THIN, values: [most.letters, most.bytes] }), LARGEST_BATCH);
  }
}

const removedIn = (rows: readonly { status: string }[], most: number): Removed => ({
  removed: rows.length,
  open: rows.filter(({ status }) => status === 'open').length,
  more: rows.length === most,
});
