import { WorkerPool } from '@agion/database';
import { Injectable } from '@nestjs/common';

/** Rows removed by one statement. */
const BATCH = 5_000;

/** The partitions of the ledger, and what is past its time in them. What may be removed at all is up to the database. */
@Injectable()
export class PartitionsStore {
  constructor(private readonly worker: WorkerPool) {}

  /** Makes those of now and of the time ahead. @returns how many were missing; 0 also while somebody else is at it */
  async prepare(): Promise<number> {
    const [row] = await this.worker.query<{ made: number }>({ text: 'SELECT governance.prepare_partitions() AS made' });
    return row?.made ?? 0;
  }

  /** Drops partitions nobody needs: inputs of fourteen days ago, and decisions from before then. @returns their names */
  async drop(decisionsBefore: Date): Promise<string[]> {
    const [row] = await this.worker.query<{ dropped: string[] }>({
      text: 'SELECT governance.drop_partitions($1) AS dropped',
      values: [decisionsBefore],
    });
    return row?.dropped ?? [];
  }

  /** Removes some of an organization's decisions from before then. @returns whether there may be more */
  async forgetDecisions(organizationId: string, before: Date): Promise<boolean> {
    const rows = await this.worker.query({
      name: 'forget_decisions',
      text: `DELETE FROM governance.decisions WHERE organization_id = $1 AND decision_id IN (
          SELECT decision_id FROM governance.decisions
          WHERE organization_id = $1 AND at < $2 AND recorded_at < $2 ORDER BY at LIMIT ${BATCH}) RETURNING 1`,
      values: [organizationId, before],
    });
    return rows.length === BATCH;
  }

  /** Removes what shadow policies would have done on days before then: a row for each day and version, so few. */
  async forgetShadows(organizationId: string, before: Date): Promise<void> {
    await this.worker.query({
      name: 'forget_shadows',
      text: `DELETE FROM governance.shadow_counts WHERE organization_id = $1 AND day < ($2::timestamptz AT TIME ZONE 'UTC')::date`,
      values: [organizationId, before],
    });
  }

  /** Removes some inputs that are in no partition of their own. @returns whether there may be more */
  async forgetInputs(days: number): Promise<boolean> {
    const rows = await this.worker.query({
      text: `DELETE FROM governance.decision_inputs WHERE (organization_id, inputs_id) IN (
          SELECT organization_id, inputs_id FROM governance.decision_inputs
          WHERE recorded_at < now() - $1::int * interval '1 day' LIMIT ${BATCH}) RETURNING 1`,
      values: [days],
    });
    return rows.length === BATCH;
  }
}
