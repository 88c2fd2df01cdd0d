import { OrganizationScope } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import type { RecordedDecision } from '../decisions/decision.js';
import { type DecisionRow, recordedDecision } from '../decisions/decision-row.js';
import { DecisionInputsStore } from '../ledger/decision-inputs.store.js';

export interface RecordedWindow {
  from: Date;
  to: Date;
  /** Whether a decision is wanted: what others were asked is not read. */
  wanted: (row: Pick<DecisionRow, 'agent_id' | 'action'>) => boolean;
}

const PAGE_SIZE = 500;
/** Before every id: the window ends before `to`. */
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

const PAGE = `SELECT * FROM governance.decisions
WHERE organization_id = $4 AND (at, decision_id) < ($1::timestamptz, $2::uuid) AND at >= $3::timestamptz
ORDER BY at DESC, decision_id DESC LIMIT ${PAGE_SIZE}`;

/** Reads the ledger whole, a page at a time. */
@Injectable()
export class RecordedDecisionsStore {
  constructor(
    private readonly scope: OrganizationScope,
    private readonly inputs: DecisionInputsStore,
  ) {}

  /**
   * Tells `take` of each page of a window, the newest first, until it says that it is enough; of the millisecond it has come to, it is
   * told the rest then, so that whoever goes on from there misses none. One at a time for an organization, over all replicas. @returns false when there is one already, and nothing was read
   */
  async inTurn(
    organizationId: string,
    { from, to, wanted }: RecordedWindow,
    take: (page: readonly RecordedDecision[], reached: Date) => boolean,
  ): Promise<boolean> {
    return this.scope.transaction(organizationId, async (client) => {
      const { rows } = await client.query<{ mine: boolean }>({
        text: `SELECT pg_try_advisory_xact_lock(hashtext('policy simulation'), hashtext($1)) AS mine`,
        values: [organizationId],
      });
      if (!rows[0]?.mine) return false;
      let since = from;
      for (let behind = { at: to, id: BEFORE_ALL }; ;) {
        const page = await this.page(client, organizationId, behind, since);
        const last = page.at(-1);
        if (!last) return true;
        const chosen = page.filter(wanted);
        const inputs = await this.inputs.of(organizationId, chosen, client);
        const more = take(
          chosen.map((row, index) => recordedDecision(row, inputs[index])),
          last.at,
        );
        if (page.length < PAGE_SIZE) return true;
        if (!more) since = last.at;
        behind = { at: last.at, id: last.decision_id };
      }
    });
  }

  private async page(
    client: pg.PoolClient,
    organizationId: string,
    behind: { at: Date; id: string },
    from: Date,
  ): Promise<DecisionRow[]> {
    const { rows } = await client.query<DecisionRow>({
      name: 'recorded_decisions',
      text: PAGE,
      values: [behind.at, behind.id, from, organizationId],
    });
    return rows;
  }
}
