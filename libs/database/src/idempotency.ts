import { v7 as uuidv7 } from 'uuid';
import type { OrganizationScope } from './organization-scope.js';

/** The first answer to a request, as it is given again. */
export interface StoredAnswer {
  status: number;
  body: unknown;
}

/** What is known of an Idempotency-Key: the request is new, under way, was answered, or was another request. */
export type Claim =
  | { state: 'running' }
  | { state: 'different' }
  | { state: 'done'; answer: StoredAnswer }
  /** `reservedId` is the id of what is to be made: the same after a crash, so that nothing is made twice. */
  | { state: 'new'; reservedId: string };

export interface IdempotentRequest {
  organizationId: string;
  caller: string;
  key: string;
  /** SHA-256 of method, path and body. */
  requestHash: Buffer;
}

interface KeyRow {
  same: boolean;
  status: number | null;
  response: unknown;
  abandoned: boolean;
}

/** Seconds after which a request that never finished is taken for crashed and may be tried again. */
const ABANDONED_AFTER_SECONDS = 60;
/** Hours an answer is remembered. */
const KEPT_HOURS = 24;

/** Idempotency keys of one schema. */
export class IdempotencyStore {
  private readonly table: string;

  /** @param schema the owner's schema; a constant, never input */
  constructor(
    schema: 'registry' | 'coordination' | 'governance',
    private readonly scope: OrganizationScope,
  ) {
    this.table = `${schema}.idempotency_keys`;
  }

  /** Claims the key for this request, or says what became of the earlier one. */
  claim({ organizationId, caller, key, requestHash }: IdempotentRequest): Promise<Claim> {
    return this.scope.transaction(organizationId, async (client) => {
      await client.query(`DELETE FROM ${this.table} WHERE created_at < now() - make_interval(hours => ${KEPT_HOURS})`);
      const reservedId = uuidv7();
      const inserted = await client.query(
        `INSERT INTO ${this.table} (organization_id, caller, key, request_hash, response)
         VALUES ($1, $2, $3, $4, jsonb_build_object('reserved_id', $5::text)) ON CONFLICT DO NOTHING`,
        [organizationId, caller, key, requestHash, reservedId],
      );
      if (inserted.rowCount === 1) return { state: 'new', reservedId };
      const { rows } = await client.query<KeyRow>(
        `SELECT request_hash = $3 AS same, status, response, finished_at IS NULL AND created_at < now() - make_interval(secs => ${ABANDONED_AFTER_SECONDS}) AS abandoned
         FROM ${this.table} WHERE caller = $1 AND key = $2 FOR UPDATE`,
        [caller, key, requestHash],
      );
      const [row] = rows;
      if (!row) return { state: 'running' };
      if (!row.same) return { state: 'different' };
      if (row.status !== null) return { state: 'done', answer: { status: row.status, body: row.response } };
      if (!row.abandoned) return { state: 'running' };
      await client.query(`UPDATE ${this.table} SET created_at = now() WHERE caller = $1 AND key = $2`, [caller, key]);
      return { state: 'new', reservedId: (row.response as { reserved_id: string }).reserved_id };
    });
  }

  /** Keeps the answer of the request that claimed the key. */
  async finish({ organizationId, caller, key }: IdempotentRequest, { status, body }: StoredAnswer): Promise<void> {
    await this.scope.query(organizationId, {
      text: `UPDATE ${this.table} SET status = $3, response = $4, finished_at = now() WHERE caller = $1 AND key = $2`,
      values: [caller, key, status, JSON.stringify(body ?? null)],
    });
  }

  /** The request failed and changed nothing: the key is free again. */
  async release({ organizationId, caller, key }: IdempotentRequest): Promise<void> {
    await this.scope.query(organizationId, {
      text: `DELETE FROM ${this.table} WHERE caller = $1 AND key = $2 AND finished_at IS NULL`,
      values: [caller, key],
    });
  }
}
