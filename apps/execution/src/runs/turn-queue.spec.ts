import { describe, expect, it } from '@jest/globals';
import { TurnQueue } from './turn-queue.js';

const later = (): PromiseWithResolvers<void> => Promise.withResolvers<void>();

describe('the queue of turns', () => {
  it('works on so many at once, lets so many wait and refuses the next', async () => {
    const queue = new TurnQueue(1, 1);
    const [first, second] = [later(), later()];
    const begun: string[] = [];
    queue.reserve()?.run(() => (begun.push('first'), first.promise));
    queue.reserve()?.run(() => (begun.push('second'), second.promise));
    expect(queue.reserve()).toBeNull();
    expect(begun).toEqual(['first']);
    first.resolve();
    await first.promise;
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toEqual(['first', 'second']);
    expect(queue.reserve()).not.toBeNull();
    second.resolve();
  });

  it('counts a seat that is only reserved, and gets it back once', () => {
    const queue = new TurnQueue(1, 0);
    const seat = queue.reserve();
    expect(queue.reserve()).toBeNull();
    seat?.release();
    seat?.release();
    expect(queue.reserve()).not.toBeNull();
    expect(queue.reserve()).toBeNull();
  });

  it('is idle when the last one is done', async () => {
    const queue = new TurnQueue(2, 2);
    await queue.whenIdle();
    const work = later();
    queue.reserve()?.run(() => work.promise);
    let idle = false;
    const waiting = queue.whenIdle().then(() => (idle = true));
    expect(idle).toBe(false);
    work.resolve();
    await waiting;
    expect(idle).toBe(true);
  });
});
