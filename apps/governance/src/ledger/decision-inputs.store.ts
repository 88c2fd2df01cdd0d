import { OrganizationScope } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import type { InputsState, KeptRequest } from '../decisions/decision.js';
import { LedgerCipher } from './ledger-cipher.js';
import { unpackInputs } from './packed-inputs.js';

interface InputsRow extends pg.QueryResultRow {
  inputs_id: string;
  key_id: string | null;
  content: Buffer;
}

/** The columns of a decision that say where what it was asked is. */
export interface PlacedInputs {
  inputs_id: string | null;
  inputs_position: number | null;
  /** As the release before this one has written it. */
  request: KeptRequest | null;
}

export interface FoundInputs {
  request: KeptRequest | null;
  inputs: InputsState;
}

/** Joined row by row, so that only partitions in which the ids are get looked at. */
const READ = `SELECT kept.inputs_id, kept.key_id, kept.content FROM unnest($2::uuid[]) AS wanted (inputs_id)
JOIN governance.decision_inputs AS kept ON kept.organization_id = $1 AND kept.inputs_id = wanted.inputs_id`;

/** `governance.decision_inputs`: what was asked, encrypted, for fourteen days. Written with the decisions. */
@Injectable()
export class DecisionInputsStore {
  constructor(
    private readonly scope: OrganizationScope,
    private readonly cipher: LedgerCipher,
  ) {}

  /** What each of the decisions was asked, in their order. @param client bound to the organization, if there is one already */
  async of(organizationId: string, rows: readonly PlacedInputs[], client?: pg.PoolClient): Promise<FoundInputs[]> {
    const ids = new Set(rows.flatMap(({ inputs_id: id }) => id ?? []));
    const pieces =
      ids.size === 0 ? new Map<string, KeptRequest[] | null>() : await this.read(organizationId, [...ids], client);
    return rows.map(({ inputs_id: id, inputs_position: position, request }) => {
      if (id === null || position === null) return { request, inputs: request === null ? 'none' : 'kept' };
      const piece = pieces.get(id);
      const found = piece?.[position] ?? null;
      return { request: found, inputs: found ? 'kept' : piece === undefined ? 'gone' : 'unreadable' };
    });
  }

  private async read(
    organizationId: string,
    ids: readonly string[],
    client: pg.PoolClient | undefined,
  ): Promise<Map<string, KeptRequest[] | null>> {
    const statement = { name: 'decision_inputs', text: READ, values: [organizationId, ids] };
    const rows = client
      ? (await client.query<InputsRow>(statement)).rows
      : await this.scope.query<InputsRow>(organizationId, statement);
    return new Map(
      rows.map(({ inputs_id: inputsId, key_id: keyId, content }) => {
        const text =
          keyId === null ? content.toString('utf8') : this.cipher.open(keyId, content, { organizationId, inputsId });
        return [inputsId, text === null ? null : unpackInputs(text)];
      }),
    );
  }
}
