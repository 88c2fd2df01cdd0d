import { setTimeout as sleep } from 'node:timers/promises';

/** How refusals are held back. Times in milliseconds. */
export interface RefusalHold {
  /** For each refusal of the caller in this minute. */
  readonly forEachMs: number;
  readonly mostMs: number;
  /** At the same time, of all callers: whoever comes on top of that is refused at once. */
  readonly mostHeld: number;
}

const HOLD: RefusalHold = { forEachMs: 12, mostMs: 1_000, mostHeld: 2_000 };

/**
 * Holds back the refusals of who goes on asking after he was told to wait, the longer the more often. A flood asks again as soon as it is
 * answered: held for a second, it is as many requests a second as it has connections, and not as many as there is time for.
 */
export class HeldRefusals {
  private held = 0;

  constructor(private readonly hold = HOLD) {}

  /** Resolves when the refusal may be sent. @param refusals of this caller in this minute */
  async wait(refusals: number): Promise<void> {
    const { forEachMs, mostMs, mostHeld } = this.hold;
    if (this.held >= mostHeld) return;
    this.held += 1;
    await sleep(Math.min(mostMs, forEachMs * refusals));
    this.held -= 1;
  }
}
