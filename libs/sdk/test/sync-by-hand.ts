import { expect } from '@jest/globals';
import {
  INITIAL_SYNC,
  type Position,
  stepSync,
  type SyncAction,
  type SyncEvent,
  type SyncState,
  wakeAt,
} from '../src/policies/policy-sync.js';

export const POLL_MS = 25_000;

/** The machine with a clock that is moved by hand. */
export class Kept {
  state: SyncState = INITIAL_SYNC;
  at = 1_000;
  fetches = 0;
  readonly inForce: Position[] = [];

  constructor(private readonly random: () => number = () => 0.5) {}

  tell(event: SyncEvent): SyncAction[] {
    const wasFetching = this.state.fetching !== null && !['answered', 'unchanged', 'failed'].includes(event.type);
    const { state, actions } = stepSync(this.state, event, { at: this.at, random: this.random, pollMs: POLL_MS });
    if (event.type === 'answered' && actions.includes('apply')) this.inForce.push(event.position);
    if (actions.includes('fetch')) {
      expect(wasFetching).toBe(false);
      this.fetches += 1;
    }
    expect(actions.filter((action) => action === 'fetch').length).toBeLessThanOrEqual(1);
    expect(state.fetching !== null).toBe(wasFetching || actions.includes('fetch'));
    this.state = state;
    return actions;
  }

  /** Lets time pass; `fetched` answers each fetch, once it is due. */
  pass(ms: number, fetched?: () => SyncEvent): void {
    const end = this.at + ms;
    for (;;) {
      while (this.state.fetching && fetched) this.tell(fetched());
      const next = wakeAt(this.state);
      if (next > end) break;
      this.at = Math.max(this.at, next);
      this.tell({ type: 'woken' });
    }
    this.at = end;
  }
}

export const at = (revision: number, epoch = 0): Position => ({ revision, epoch });
export const unchanged = (): SyncEvent => ({ type: 'unchanged' });

/** Started, loaded, and listening. */
export function loaded(revision: number, random?: () => number): Kept {
  const kept = new Kept(random);
  kept.tell({ type: 'started' });
  kept.tell({ type: 'answered', position: at(revision) });
  kept.tell({ type: 'live' });
  kept.tell(unchanged());
  kept.fetches = 0;
  return kept;
}
