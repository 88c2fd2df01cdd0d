import { OrganizationScope, Outbox, WorkerPool } from '@agion/database';
import type { AuditEntry } from '@agion/service-kit';
import { Injectable } from '@nestjs/common';
import type { ViolationKind, ViolationStatus } from '@agion/wire';
import type { NewViolation, Violation } from './violation.js';
import { insertViolations } from './violation-rows.store.js';

/** How violations are searched; `after` is the last one of the page before. */
export interface ViolationSearch {
  agentId: string | null;
  kind: ViolationKind | null;
  status: ViolationStatus | null;
  after: { at: Date; id: string } | null;
  limit: number;
}

const COLUMNS = `organization_id AS "organizationId", violation_id AS id, reference, kind, agent_id AS "agentId", severity,
  summary, details, decision_id AS "decisionId", status, at, acknowledged_at AS "acknowledgedAt",
  acknowledged_by AS "acknowledgedBy", resolved_at AS "resolvedAt", resolved_by AS "resolvedBy", note`;
const BEHIND_ALL = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

type ViolationRow = Violation & Record<string, unknown>;

/** `governance.violations`. */
@Injectable()
export class ViolationsStore {
  constructor(
    private readonly scope: OrganizationScope,
    private readonly outbox: Outbox,
    private readonly worker: WorkerPool,
  ) {}

  /** Opens violations that follow from nothing else, each `reference` once. Others: `insertViolations`, in their transaction. */
  async open(rows: readonly NewViolation[]): Promise<void> {
    await this.worker.transaction((client) => insertViolations(client, rows));
  }

  /** Newest first. */
  search(organizationId: string, { agentId, kind, status, after, limit }: ViolationSearch): Promise<Violation[]> {
    return this.scope.query<ViolationRow>(organizationId, {
      name: 'search_violations',
      text: `SELECT ${COLUMNS} FROM governance.violations
        WHERE organization_id = $1 AND (at, violation_id) < ($2::timestamptz, $3::uuid)
          AND ($4::text IS NULL OR agent_id = $4) AND ($5::text IS NULL OR kind = $5) AND ($6::text IS NULL OR status = $6)
        ORDER BY at DESC, violation_id DESC LIMIT $7`,
      values: [organizationId, after?.at ?? 'infinity', after?.id ?? BEHIND_ALL, agentId, kind, status, limit],
    });
  }

  /**
   * Moves a violation on, with its audit fact in the same transaction; nothing happens to one that is there already.
   * @returns null when there is none, else the violation and whether anything changed
   */
  move(
    organizationId: string,
    id: string,
    { to, by, note }: { to: 'acknowledged' | 'resolved'; by: string; note: string | null },
    audit: (violation: Violation) => AuditEntry,
  ): Promise<{ violation: Violation; changed: boolean } | null> {
    return this.scope.transaction(organizationId, async (client) => {
      const { rows } = await client.query<ViolationRow>({
        text: `UPDATE governance.violations SET status = $3, ${to}_at = now(), ${to}_by = $4, note = coalesce($5, note)
          WHERE organization_id = $1 AND violation_id = $2 AND status = ANY($6::text[]) RETURNING ${COLUMNS}`,
        values: [organizationId, id, to, by, note, to === 'resolved' ? ['open', 'acknowledged'] : ['open']],
      });
      const [moved] = rows;
      if (moved) {
        await this.outbox.append(client, audit(moved));
        return { violation: moved, changed: true };
      }
      const { rows: found } = await client.query<ViolationRow>({
        text: `SELECT ${COLUMNS} FROM governance.violations WHERE organization_id = $1 AND violation_id = $2`,
        values: [organizationId, id],
      });
      return found[0] ? { violation: found[0], changed: false } : null;
    });
  }
}
