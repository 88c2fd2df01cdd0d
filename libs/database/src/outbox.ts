import type pg from 'pg';
import type { WorkerPool } from './organization-scope.js';
import type { OrganizationTransaction } from './prisma.service.js';

/** A fact to publish once its transaction has committed. */
export interface OutboxFact {
  /** UUIDv7; also the fact's own identity where it is published. */
  id: string;
  organizationId: string;
  /** Complete key of the stream. */
  stream: string;
  fields: Readonly<Record<string, string>>;
}

interface OutboxRow {
  id: string;
  stream: string;
  fields: Record<string, string>;
}

/** A schema's outbox table: facts are written with the change they tell of, and leave when they are published. */
export class Outbox {
  private readonly table: string;

  /** @param schema the owner's schema; a constant, never input */
  constructor(
    schema: 'registry' | 'coordination' | 'governance',
    private readonly worker: WorkerPool,
  ) {
    this.table = `${schema}.outbox`;
  }

  /** Writes a fact in the transaction of its change. */
  async append(
    tx: pg.PoolClient | OrganizationTransaction,
    { id, organizationId, stream, fields }: OutboxFact,
  ): Promise<void> {
    const text = `INSERT INTO ${this.table} (id, organization_id, stream, fields) VALUES ($1::uuid, $2::uuid, $3, $4::jsonb)`;
    const values = [id, organizationId, stream, JSON.stringify(fields)];
    if ('$executeRawUnsafe' in tx) await tx.$executeRawUnsafe(text, ...values);
    else await tx.query(text, values);
  }

  /**
   * Hands up to `limit` facts to `publish` and removes them when it has returned; all of it in one transaction, so a crash in
   * between publishes them again. Facts another replica holds are skipped: `id > last` would miss those committed out of order.
   * @returns how many there were
   */
  drain(limit: number, publish: (facts: OutboxRow[]) => Promise<void>): Promise<number> {
    return this.worker.transaction(async (client) => {
      const { rows } = await client.query<OutboxRow>({
        text: `SELECT id, stream, fields FROM ${this.table} ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED`,
        values: [limit],
      });
      if (rows.length === 0) return 0;
      await publish(rows);
      await client.query({
        text: `DELETE FROM ${this.table} WHERE id = ANY($1::uuid[])`,
        values: [rows.map(({ id }) => id)],
      });
      return rows.length;
    });
  }
}
