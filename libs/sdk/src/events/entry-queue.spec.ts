import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EntryQueue } from './entry-queue.js';

describe('a queue of entries', () => {
  it('does what an array does, whatever is asked of it', () => {
    const step = fc.oneof(
      fc.record({ push: fc.integer({ min: 1, max: 3_000 }) }),
      fc.record({ shift: fc.integer({ min: 1, max: 3_000 }) }),
      fc.record({ putBack: fc.integer({ min: 0, max: 10 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const queue = new EntryQueue<number>();
        const model: number[] = [];
        let next = 0;
        for (const one of steps) {
          if ('push' in one)
            for (let n = 0; n < one.push; n += 1, next += 1) {
              queue.push(next);
              model.push(next);
            }
          else if ('shift' in one) {
            const taken = Array.from({ length: one.shift }, () => queue.shift()).filter((item) => item !== undefined);
            expect(taken).toEqual(model.splice(0, one.shift));
          } else {
            const items = Array.from({ length: one.putBack }, () => next++);
            queue.putBack(items);
            model.unshift(...items);
          }
          expect(queue.size).toBe(model.length);
        }
        expect(Array.from({ length: model.length }, () => queue.shift())).toEqual(model);
        expect(queue.shift()).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });
});
