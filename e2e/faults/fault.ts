import { createHash, randomInt } from 'node:crypto';
import { appendFileSync } from 'node:fs';

const { AGION_FAULT_ROWS: FILE, AGION_FAULT_SCALE: SCALE = 'quick', AGION_FAULT_SEED } = process.env;

/** Repeats a run: `npm run test:faults -- <suite> --seed=N`. */
export const SEED = AGION_FAULT_SEED ?? String(randomInt(2 ** 31));

/** What a run came to, by the names of the suite's columns in `tools/testing/fault-table.mjs`. */
export interface FaultOutcome {
  counts: Record<string, number>;
  /** Milliseconds from the end of the fault until all was as before. */
  recoveryMs?: number;
}

/** A figure of the run: `quick` within `npm test`, `usual` for `npm run test:faults`, `full` for its `--full`. */
export function scaled<T>(figures: { quick: T; usual: T; full: T }): T {
  return figures[SCALE as keyof typeof figures];
}

/** Numbers from 0 up to, not including, 1: the same ones again for the same seed and purpose. */
export function seededNumbers(purpose: string): () => number {
  let drawn = 0;
  return () => {
    drawn += 1;
    return createHash('sha256').update(`${SEED}:${purpose}:${drawn}`).digest().readUInt32BE() / 2 ** 32;
  };
}

/** A row of the table that `npm run test:faults` prints. */
export class Fault {
  private runs = 0;

  constructor(
    private readonly suite: string,
    private readonly row: number,
    private readonly title: string,
  ) {}

  /**
   * One run of the fault. What it counts is judged by the table too, but a test has to check it by itself: within `npm test` there is no table.
   * @param body gets numbers that follow from the seed; throws when something is not as it should be
   */
  async run(body: (next: () => number) => Promise<FaultOutcome>): Promise<FaultOutcome> {
    this.runs += 1;
    try {
      const outcome = await body(seededNumbers(`${this.suite}:${this.row}:${this.title}:${this.runs}`));
      this.write(outcome);
      return outcome;
    } catch (error) {
      this.write({ counts: {}, failed: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  }

  /** This machine cannot bring the fault about. */
  cannot(why: string): void {
    this.write({ counts: {}, cannot: why });
  }

  private write(told: FaultOutcome & { failed?: string; cannot?: string }): void {
    if (FILE === undefined) return;
    const { suite, row, title } = this;
    appendFileSync(FILE, `${JSON.stringify({ suite, row, title, ...told })}\n`);
  }
}

/**
 * Opens a row of the fault matrix.
 * @param suite the name behind `npm run test:faults --`
 * @param row its number in docs/faults.md
 */
export const openFault = (suite: string, row: number, title: string): Fault => new Fault(suite, row, title);
