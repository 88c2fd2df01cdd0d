import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds a refusal is held back, and how many are at the same time: whoever comes on top of that is refused at once. */
const HELD_MS = 250;
const MOST_HELD = 2_000;

/**
 * Holds back the refusals of who goes on asking after he was told to wait. A flood asks again as soon as it is answered: held for a
 * moment, it is as many requests a second as it has connections four times over, and not as many as there is time for.
 */
export class HeldRefusals {
  private held = 0;

  constructor(
    private readonly heldMs = HELD_MS,
    private readonly most = MOST_HELD,
  ) {}

  /** Resolves when the refusal may be sent. */
  async wait(): Promise<void> {
    if (this.held >= this.most) return;
    this.held += 1;
    await sleep(this.heldMs);
    this.held -= 1;
  }
}
