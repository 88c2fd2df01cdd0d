import { describe, expect, it } from '@jest/globals';
import { at, Kept, loaded, POLL_MS, unchanged } from '../../test/sync-by-hand.js';
import { BEACON_PATIENCE_MS, wakeAt } from './policy-sync.js';

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

  it.each([60_000, 86_400_000, Infinity])(
    'waits no longer than for a poll when it is asked to wait %s ms',
    (retryAfterMs) => {
      const kept = loaded(4);
      kept.tell({ type: 'heard', position: at(5), withinMs: 0 });
      kept.tell({ type: 'failed', retryAfterMs });
      expect(wakeAt(kept.state) - kept.at).toBe(POLL_MS);
      kept.pass(POLL_MS, () => ({ type: 'answered', position: at(5) }));
      expect(kept.state.held).toEqual(at(5));
    },
  );

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
