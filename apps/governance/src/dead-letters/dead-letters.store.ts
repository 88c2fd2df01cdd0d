import { OrganizationScope, Outbox, type OutboxFact } from '@agion/database';
import type { DeadLetterKind, DeadLetterStatus } from '@agion/wire';
import { Injectable } from '@nestjs/common';
import { LedgerCipher } from '../ledger/ledger-cipher.js';
import type { DeadLetter, WholeDeadLetter } from './dead-letter.js';

/** How dead letters are searched; `after` is the last one of the page before. */
export interface DeadLetterSearch {
  stream: string | null;
  status: DeadLetterStatus | null;
  kind: DeadLetterKind | null;
  agentId: string | null;
  since: Date | null;
  until: Date | null;
  after: { at: Date; id: string } | null;
  limit: number;
}

/** What becomes of an open dead letter. */
export interface Settling {
  to: 'redriven' | 'discarded';
  by: string;
  reason: string | null;
  /** How often it had been put back when this was decided on. */
  redrives: number;
}

const COLUMNS = `organization_id AS "organizationId", dead_letter_id AS id, stream, source_id AS "sourceId", source_at AS "sourceAt",
  agent_id AS "agentId", kind, error, deliveries, failed_at AS "failedAt", incomplete, bytes, status, redrives,
  settled_at AS "settledAt", settled_by AS "settledBy", reason`;
const BEHIND_ALL = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

type Row = DeadLetter & Record<string, unknown>;
interface SealedRow extends Row {
  keyId: string | null;
  content: Buffer | null;
}

/** `governance.dead_letters` of one organization. */
@Injectable()
export class DeadLettersStore {
  constructor(
    private readonly scope: OrganizationScope,
    private readonly outbox: Outbox,
    private readonly cipher: LedgerCipher,
  ) {}

  /** Those that died last first. */
  search(organizationId: string, search: DeadLetterSearch): Promise<DeadLetter[]> {
    const { stream, status, kind, agentId, since, until, after, limit } = search;
    return this.scope.query<Row>(organizationId, {
      name: 'search_dead_letters',
      text: `SELECT ${COLUMNS} FROM governance.dead_letters
        WHERE organization_id = $1 AND (failed_at, dead_letter_id) < ($2::timestamptz, $3::uuid)
          AND ($4::text IS NULL OR stream = $4) AND ($5::text IS NULL OR status = $5) AND ($6::text IS NULL OR kind = $6)
          AND ($7::text IS NULL OR agent_id = $7) AND failed_at >= $8 AND failed_at < $9
        ORDER BY failed_at DESC, dead_letter_id DESC LIMIT $10`,
      values: [
        organizationId,
        after?.at ?? 'infinity',
        after?.id ?? BEHIND_ALL,
        stream,
        status,
        kind,
        agentId,
        since ?? '-infinity',
        until ?? 'infinity',
        limit,
      ],
    });
  }

  async find(organizationId: string, id: string): Promise<WholeDeadLetter | null> {
    const [row] = await this.scope.query<SealedRow>(organizationId, {
      name: 'find_dead_letter',
      text: `SELECT ${COLUMNS}, key_id AS "keyId", content FROM governance.dead_letters
        WHERE organization_id = $1 AND dead_letter_id = $2`,
      values: [organizationId, id],
    });
    return row ? this.opened(row) : null;
  }

  /**
   * Settles an open one, with the facts that follow in the same transaction: they are published at least once from then on.
   * @returns null when it is open no more, or was put back meanwhile
   */
  settle(
    organizationId: string,
    id: string,
    { to, by, reason, redrives }: Settling,
    facts: readonly OutboxFact[],
  ): Promise<DeadLetter | null> {
    return this.scope.transaction(organizationId, async (client) => {
      const { rows } = await client.query<Row>({
        text: `UPDATE governance.dead_letters SET status = $3, settled_at = now(), settled_by = $4, reason = $5,
            redrives = redrives + CASE $3 WHEN 'redriven' THEN 1 ELSE 0 END
          WHERE organization_id = $1 AND dead_letter_id = $2 AND status = 'open' AND redrives = $6 RETURNING ${COLUMNS}`,
        values: [organizationId, id, to, by, reason, redrives],
      });
      const [settled] = rows;
      if (!settled) return null;
      for (const fact of facts) await this.outbox.append(client, fact);
      return settled;
    });
  }

  private opened({ keyId, content, ...letter }: SealedRow): WholeDeadLetter {
    const { organizationId, id } = letter;
    const text =
      keyId === null || content === null ? null : this.cipher.open(keyId, content, { organizationId, inputsId: id });
    return { ...(letter as DeadLetter), fields: text === null ? null : (JSON.parse(text) as Record<string, string>) };
  }
}
