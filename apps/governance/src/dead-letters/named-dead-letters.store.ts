import { OrganizationScope } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { LedgerCipher } from '../ledger/ledger-cipher.js';

/** Rows looked through at once: each may have a megabyte. */
const PAGE = 20;

interface SealedRow extends pg.QueryResultRow {
  id: string;
  keyId: string;
  content: Buffer;
}

/** Finds out which dead letters name a person. What they hold is encrypted, so each is opened. */
@Injectable()
export class NamedDeadLettersStore {
  constructor(
    private readonly scope: OrganizationScope,
    private readonly cipher: LedgerCipher,
  ) {}

  /** Ids of those that name the person. What cannot be opened tells governance nobody’s name either, and goes with its time. */
  async naming(organizationId: string, person: string): Promise<string[]> {
    const ids: string[] = [];
    let after = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const rows = await this.scope.query<SealedRow>(organizationId, {
        name: 'sealed_dead_letters',
        text: `SELECT dead_letter_id AS id, key_id AS "keyId", content FROM governance.dead_letters
          WHERE organization_id = $1 AND dead_letter_id > $2 AND content IS NOT NULL ORDER BY dead_letter_id LIMIT ${PAGE}`,
        values: [organizationId, after],
      });
      for (const { id, keyId, content } of rows) {
        const text = this.cipher.open(keyId, content, { organizationId, inputsId: id });
        if (text !== null && isNamed(text, person)) ids.push(id);
      }
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) return ids;
      after = last.id;
    }
  }
}

/** @param text fields as JSON, of which some hold JSON in turn */
function isNamed(text: string, person: string): boolean {
  const inJson = JSON.stringify(person);
  const fields = JSON.parse(text) as Record<string, string>;
  return Object.values(fields).some((value) => value === person || value.includes(inJson));
}
