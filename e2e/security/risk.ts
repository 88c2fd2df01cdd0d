import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll } from '@jest/globals';

/** Where `npm run test:security` reads the rows of its table; without it they are only checked. */
const { AGION_SECURITY_ROWS: FILE } = process.env;

/** A row of the table that `npm run test:security` prints. */
export interface RiskRow {
  suite: string;
  risk: string;
  attempts: number;
  breaches: number;
  /** Whether the same call with right credentials worked before the first attempt, and after the last one. */
  before: boolean;
  after: boolean;
}

/** Attempts at one risk, between positive controls: without them a refusal proves nothing. */
export class Risk {
  private readonly row: RiskRow;

  constructor(suite: string, risk: string) {
    this.row = { suite, risk, attempts: 0, breaches: 0, before: false, after: false };
  }

  /** The same call with right credentials: it works, and changes what it should. Needed before the attempts and after them. */
  async control(works: () => unknown): Promise<void> {
    await works();
    if (this.row.attempts === 0) this.row.before = true;
    else this.row.after = true;
  }

  /**
   * Attempts, each of which has to fail.
   * @param holds throws when an attempt was not warded off
   * @param attempts how many of them it makes
   */
  async attempt(holds: () => unknown, attempts = 1): Promise<void> {
    this.row.after = false;
    this.row.attempts += attempts;
    try {
      await holds();
    } catch (error) {
      this.row.breaches += 1;
      throw error;
    }
  }

  /** Writes the row down. @throws Error where a control is missing */
  close(): void {
    const { risk, attempts, before, after } = this.row;
    if (FILE === undefined && attempts === 0 && !before) return; // of this file only other tests were asked for
    if (FILE !== undefined) appendFileSync(FILE, `${JSON.stringify(this.row)}\n`);
    if (attempts === 0) throw new Error(`nothing was attempted: ${risk}`);
    if (!before || !after) throw new Error(`no positive control ${before ? 'after' : 'before'} the attempts: ${risk}`);
  }
}

/**
 * Opens a row for the tests of a file or of a `describe`; it ends with them, so what it needs must be stopped by a later `afterAll`.
 * @param suite the name behind `npm run test:security --`
 * @param works the positive control, made before the first attempt and after the last one; without it the tests make theirs
 */
export function openRisk(suite: string, risk: string, works?: () => unknown): Risk {
  const row = new Risk(suite, risk);
  if (works) beforeAll(() => row.control(works));
  afterAll(async () => {
    try {
      if (works) await row.control(works);
    } finally {
      row.close();
    }
  });
  return row;
}
