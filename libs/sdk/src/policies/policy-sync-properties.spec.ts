import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { at, Kept, loaded, unchanged } from '../../test/sync-by-hand.js';
import { isOlder, type Position, type SyncEvent } from './policy-sync.js';

const SLOWEST_POLL_MS = 30_000;

/** Numbers from 0 to 1, the same ones for the same seed. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

describe('a thousand agents', () => {
  const AGENTS = 1_000;
  const WINDOW_MS = 30;

  /** Milliseconds after which each of them fetches, when all are told the same at the same time. */
  function fetchesAfter(event: SyncEvent): number[] {
    const random = numbersFrom(1);
    return Array.from({ length: AGENTS }, () => {
      const kept = loaded(4, random);
      const toldAt = kept.at;
      kept.tell(event);
      let fetchedAt = Number.NaN;
      kept.pass(2_000, () => {
        fetchedAt = kept.at;
        return { type: 'answered', position: at(5) };
      });
      expect(kept.fetches).toBe(1);
      return fetchedAt - toldAt;
    });
  }

  it.each([
    ['a notice about many', { type: 'heard', position: at(5), withinMs: 300 }, 300],
    ['a beacon after a lost notice', { type: 'beacon', position: at(5) }, 300],
    ['a notice about others', { type: 'heard', position: at(5), withinMs: 1_000 }, 1_000],
  ] as const)('fetch once each, and not all at once, after %s', (_, event, spreadMs) => {
    const times = fetchesAfter(event);
    const windows = Array.from(
      { length: spreadMs / WINDOW_MS },
      (__, window) => times.filter((time) => Math.floor(time / WINDOW_MS) === window).length,
    );
    expect(Math.max(...times)).toBeLessThanOrEqual(spreadMs);
    expect(Math.max(...windows)).toBeLessThan((2 * AGENTS * WINDOW_MS) / spreadMs);
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
  fc.record({ what: fc.constant('failure' as const), retryAfterMs: fc.constantFrom(0, 0, 2_000, 3_600_000) }),
);

describe('whatever happens, in any order', () => {
  /** Plays it, and lets the machine look after itself for a while: everything works again. */
  function play(incidents: readonly Incident[], seed: number): { kept: Kept; truth: Position } {
    const kept = new Kept(numbersFrom(seed));
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
