import type { Clock } from '../clock.js';
import { INITIAL_SYNC, type Position, stepSync, type SyncAction, type SyncEvent, wakeAt } from './policy-sync.js';

/** What came of a fetch. */
export type Fetched<Found> = { found: Found } | 'unchanged' | { retryAfterMs: number };

export interface SyncLoopOptions<Found extends Position> {
  readonly clock: Clock;
  readonly random: () => number;
  readonly pollMs: number;
  /** Never rejects. */
  readonly fetch: () => Promise<Fetched<Found>>;
  readonly apply: (found: Found) => void;
  readonly refuse: (found: Found) => void;
  /** Called when the platform has said what is in force. */
  readonly confirm: () => void;
}

/** Gives the sync machine its clock and carries out what it says. */
export class SyncLoop<Found extends Position> {
  private state = INITIAL_SYNC;
  private isClosed = false;
  private cancelWake: (() => void) | undefined;
  private running: Promise<void> | undefined;

  constructor(private readonly options: SyncLoopOptions<Found>) {}

  /** The fetch under way. */
  get fetching(): Promise<void> | undefined {
    return this.running;
  }

  tell(event: Exclude<SyncEvent, { type: 'answered' | 'unchanged' | 'failed' }>): void {
    this.step(event);
  }

  /** Resolves when nothing is under way any more. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.cancelWake?.();
    await this.running;
  }

  private step(event: SyncEvent): void {
    if (!this.isClosed) this.follow(this.actionsOn(event));
  }

  private actionsOn(event: SyncEvent): SyncAction[] {
    const { clock, random, pollMs } = this.options;
    const { state, actions } = stepSync(this.state, event, { at: clock.monotonic(), random, pollMs });
    this.state = state;
    return actions;
  }

  private follow(actions: readonly SyncAction[]): void {
    const { clock } = this.options;
    this.cancelWake?.();
    if (actions.includes('fetch')) this.running = this.fetch();
    const ms = wakeAt(this.state) - clock.monotonic();
    this.cancelWake = ms < Infinity ? clock.after(Math.max(0, ms), () => this.step({ type: 'woken' })) : undefined;
  }

  private async fetch(): Promise<void> {
    const fetched = await this.options.fetch();
    this.running = undefined;
    if (this.isClosed) return;
    if (fetched === 'unchanged') {
      this.options.confirm();
      this.step({ type: 'unchanged' });
    } else if ('found' in fetched) this.take(fetched.found);
    else this.step({ type: 'failed', retryAfterMs: fetched.retryAfterMs });
  }

  private take(found: Found): void {
    const { apply, refuse, confirm } = this.options;
    const { revision, epoch } = found;
    const actions = this.actionsOn({ type: 'answered', position: { revision, epoch } });
    if (actions.includes('refuse')) refuse(found);
    if (actions.includes('apply')) {
      apply(found);
      confirm();
    }
    this.follow(actions);
  }
}
