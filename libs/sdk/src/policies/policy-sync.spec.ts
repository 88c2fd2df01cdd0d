import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  BEACON_PATIENCE_MS,
  INITIAL_SYNC,
  isOlder,
  type Position,
  stepSync,
  type SyncAction,
  type SyncEvent,
  type SyncState,
  wakeAt,
} from './policy-sync.js';

const POLL_MS = 25_000;
const SLOWEST_POLL_MS = 30_000;

/** The machine with a clock that is moved by hand. */
class Kept {
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

const at = (revision: number, epoch = 0): Position => ({ revision, epoch });
const unchanged = (): SyncEvent => ({ type: 'unchanged' });

/** Started, loaded, and listening. */
function loaded(revision: number): Kept {
  const kept = new Kept();
  kept.tell({ type: 'started' });
  kept.tell({ type: 'answered', position: at(revision) });
  kept.tell({ type: 'live' });
  kept.tell(unchanged());
  kept.fetches = 0;
  return kept;
}

describe('keeping policies', () => {
  it('fetches at the start, again once the subscription is in force, and then polls', () => {
    const kept = new Kept();
    expect(kept.tell({ type: 'started' })).toEqual(['fetch']);
    expect(kept.tell({ type: 'live' })).toEqual([]); // one is under way, which may have begun too early
    expect(kept.tell({ type: 'answered', position: at(1) })).toEqual(['apply', 'fetch']);
    kept.tell(unchanged());
    kept.tell({ type: 'beacon', position: at(1) });
    const pollAt = kept.state.pollAt - kept.at;
    expect(pollAt).toBe(POLL_MS);
  });

  it('fetches at once for a notice about few, and within the spread for one about many', () => {
    const kept = loaded(4);
    expect(kept.tell({ type: 'heard', position: at(5), withinMs: 0 })).toEqual(['fetch']);
    kept.tell({ type: 'answered', position: at(5) });
    expect(kept.tell({ type: 'heard', position: at(6), withinMs: 300 })).toEqual([]);
    expect(wakeAt(kept.state) - kept.at).toBe(150);
    expect(kept.tell({ type: 'heard', position: at(7), withinMs: 0 })).toEqual(['fetch']);
  });

  it('makes one fetch of many notices', () => {
    const kept = loaded(4);
    for (let revision = 5; revision < 25; revision++)
      kept.tell({ type: 'heard', position: at(revision), withinMs: 300 });
    kept.pass(1_000, () => ({ type: 'answered', position: at(24) }));
    expect(kept.fetches).toBe(1);
  });

  it('ignores notices of what it has', () => {
    const kept = loaded(4);
    kept.tell({ type: 'heard', position: at(4), withinMs: 0 });
    kept.tell({ type: 'beacon', position: at(3) });
    expect(kept.fetches).toBe(0);
  });

  it('fetches for a use of the kill switch, though no revision has changed', () => {
    expect(loaded(4).tell({ type: 'heard', position: at(0, 1), withinMs: 0 })).toEqual(['fetch']);
  });

  it('fetches once when the beacon stays away, and then only polls', () => {
    const kept = loaded(4);
    kept.pass(BEACON_PATIENCE_MS - 1, unchanged);
    expect(kept.fetches).toBe(0);
    kept.pass(15_000, unchanged);
    expect(kept.fetches).toBe(1);
    kept.pass(20_000, unchanged);
    expect(kept.fetches).toBe(2);
  });

  it('does not insist on the fetch for a beacon that stayed away', () => {
    const kept = loaded(4);
    kept.pass(15_000, () => ({ type: 'failed' }));
    expect(kept.fetches).toBe(1);
  });

  it('tries again, ever less often, what has to succeed', () => {
    const kept = loaded(4);
    kept.tell({ type: 'heard', position: at(5), withinMs: 0 });
    kept.pass(60_000, () => ({ type: 'failed' }));
    expect(kept.fetches).toBeGreaterThan(15);
    expect(kept.fetches).toBeLessThan(45);
    kept.pass(5_000, () => ({ type: 'answered', position: at(5) }));
    expect(kept.state.held).toEqual(at(5));
  });

  it('waits as long as the platform asks', () => {
    const kept = new Kept();
    kept.tell({ type: 'started' });
    kept.tell({ type: 'failed', retryAfterMs: 4_000 });
    expect(wakeAt(kept.state) - kept.at).toBe(4_000);
    kept.tell({ type: 'heard', position: at(9), withinMs: 0 });
    expect(kept.fetches).toBe(1);
  });

  it('refuses an older answer, in revision and in epoch', () => {
    const kept = loaded(4);
    for (const older of [at(3, 7), at(4, -1)]) {
      kept.tell({ type: 'live' });
      kept.pass(5_000);
      expect(kept.tell({ type: 'answered', position: older })).toContain('refuse');
      kept.pass(5_000, unchanged);
    }
    expect(kept.state.held).toEqual(at(4));
  });

  it('forgets a revision that only a voice on the channel knows of', () => {
    const kept = loaded(4);
    kept.tell({ type: 'heard', position: at(1_000_000), withinMs: 0 });
    kept.pass(15_000, unchanged);
    expect(kept.fetches).toBeLessThan(10);
    expect(kept.state.wanted).toEqual(at(4));
  });
});

/** What may happen, in any order. */
type Incident =
  | { what: 'time'; ms: number }
  | { what: 'change'; told: boolean; withinMs: number }
  | { what: 'kill switch' }
  | { what: 'live' }
  | { what: 'beacon' }
  | { what: 'voice'; revision: number }
  | { what: 'answer'; behind: number }
  | { what: 'failure'; retryAfterMs: number };

const incident: fc.Arbitrary<Incident> = fc.oneof(
  fc.record({ what: fc.constant('time' as const), ms: fc.integer({ min: 1, max: 40_000 }) }),
  fc.record({ what: fc.constant('change' as const), told: fc.boolean(), withinMs: fc.constantFrom(0, 300, 1_000) }),
  fc.record({ what: fc.constantFrom('kill switch' as const, 'live' as const, 'beacon' as const) }),
  fc.record({ what: fc.constant('voice' as const), revision: fc.nat(1_000) }),
  fc.record({ what: fc.constant('answer' as const), behind: fc.integer({ min: -1, max: 3 }) }),
  fc.record({ what: fc.constant('failure' as const), retryAfterMs: fc.constantFrom(0, 0, 2_000) }),
);

describe('whatever happens, in any order', () => {
  /** Plays it, and lets the machine look after itself for a while: everything works again. */
  function play(incidents: readonly Incident[], seed: number): { kept: Kept; truth: Position } {
    let state = seed;
    const kept = new Kept(() => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647);
    let truth = at(3);
    const answer = (behind: number): SyncEvent => {
      const revision = Math.max(0, truth.revision - behind);
      const held = kept.state.held;
      return held?.revision === revision && held.epoch === truth.epoch
        ? unchanged()
        : { type: 'answered', position: { ...truth, revision } };
    };
    kept.tell({ type: 'started' });
    for (const each of incidents) {
      if (each.what === 'time') kept.pass(each.ms);
      if (each.what === 'live') kept.tell({ type: 'live' });
      if (each.what === 'beacon') kept.tell({ type: 'beacon', position: truth });
      if (each.what === 'voice') kept.tell({ type: 'heard', position: at(each.revision), withinMs: 0 });
      if (each.what === 'kill switch') truth = at(truth.revision, truth.epoch + 1);
      if (each.what === 'change') {
        truth = at(truth.revision + 1, truth.epoch);
        if (each.told) kept.tell({ type: 'heard', position: at(truth.revision), withinMs: each.withinMs });
      }
      if (each.what === 'answer' && kept.state.fetching) kept.tell(answer(Math.max(0, each.behind)));
      if (each.what === 'failure' && kept.state.fetching)
        kept.tell({ type: 'failed', retryAfterMs: each.retryAfterMs });
    }
    kept.pass(SLOWEST_POLL_MS + 5_000, () => answer(0));
    return { kept, truth };
  }

  it('never goes back, never fetches twice at a time, and arrives', () => {
    fc.assert(
      fc.property(fc.array(incident, { maxLength: 60 }), fc.integer({ min: 1, max: 2_000_000 }), (incidents, seed) => {
        const { kept, truth } = play(incidents, seed);
        expect(kept.state.held).toEqual(truth);
        for (const [index, position] of kept.inForce.entries()) {
          const before = kept.inForce[index - 1];
          if (before) expect(isOlder(position, before)).toBe(false);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('costs no more than the poll once nothing happens any more', () => {
    fc.assert(
      fc.property(fc.array(incident, { maxLength: 30 }), fc.integer({ min: 1, max: 2_000_000 }), (incidents, seed) => {
        const { kept } = play(incidents, seed);
        kept.fetches = 0;
        kept.pass(300_000, unchanged);
        expect(kept.fetches).toBeGreaterThanOrEqual(10);
        expect(kept.fetches).toBeLessThanOrEqual(15);
      }),
      { numRuns: 300 },
    );
  });
});
