import { describe, expect, it } from '@jest/globals';
import { TurnQueue, type Refusal, type Seat } from './turn-queue.js';

const ADA = { caller: 'org user:ada', organization: 'org' };
const BOB = { caller: 'org user:bob', organization: 'org' };
const EVE = { caller: 'other user:eve', organization: 'other' };

/** The seat, or a failed test. */
function seatOf(reserved: Seat | Refusal): Seat {
  if (typeof reserved === 'string') throw new Error(`refused: ${reserved}`);
  return reserved;
}

const later = (): PromiseWithResolvers<void> => Promise.withResolvers<void>();

describe('the queue of turns', () => {
  it('works on so many at once, lets so many wait and refuses the next', async () => {
    const queue = new TurnQueue({ concurrency: 1, places: 1, perCaller: 10, perOrganization: 10 });
    const [first, second] = [later(), later()];
    const begun: string[] = [];
    seatOf(queue.reserve(ADA)).run(() => (begun.push('first'), first.promise));
    seatOf(queue.reserve(ADA)).run(() => (begun.push('second'), second.promise));
    expect(queue.reserve(ADA)).toBe('full');
    expect(begun).toEqual(['first']);
    first.resolve();
    await first.promise;
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toEqual(['first', 'second']);
    expect(queue.reserve(ADA)).toBeInstanceOf(Object);
    second.resolve();
  });

  it('counts a seat that is only reserved, and gets it back once', () => {
    const queue = new TurnQueue({ concurrency: 1, places: 0, perCaller: 10, perOrganization: 10 });
    const seat = seatOf(queue.reserve(ADA));
    expect(queue.reserve(ADA)).toBe('full');
    seat.release();
    seat.release();
    expect(queue.reserve(ADA)).toBeInstanceOf(Object);
    expect(queue.reserve(ADA)).toBe('full');
  });

  it('is idle when the last one is done', async () => {
    const queue = new TurnQueue({ concurrency: 2, places: 2, perCaller: 10, perOrganization: 10 });
    await queue.whenIdle();
    const work = later();
    seatOf(queue.reserve(ADA)).run(() => work.promise);
    let idle = false;
    const waiting = queue.whenIdle().then(() => (idle = true));
    expect(idle).toBe(false);
    work.resolve();
    await waiting;
    expect(idle).toBe(true);
  });

  it('leaves seats to others when a caller or an organization has its share', async () => {
    const queue = new TurnQueue({ concurrency: 1, places: 4, perCaller: 2, perOrganization: 3 });
    const work = later();
    seatOf(queue.reserve(ADA)).run(() => work.promise);
    const second = seatOf(queue.reserve(ADA));
    expect(queue.reserve(ADA)).toBe('caller');
    seatOf(queue.reserve(BOB));
    expect(queue.reserve(BOB)).toBe('organization');
    seatOf(queue.reserve(EVE));
    second.release();
    second.release();
    const again = seatOf(queue.reserve(ADA));
    expect(queue.reserve(ADA)).toBe('caller');
    again.release();
    work.resolve();
    await work.promise;
    await new Promise((resolve) => setImmediate(resolve));
    seatOf(queue.reserve(ADA));
    seatOf(queue.reserve(ADA));
  });
});
