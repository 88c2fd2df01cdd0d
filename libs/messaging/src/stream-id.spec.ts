import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareStreamIds, isStreamId, streamIdTime } from './stream-id.js';

const number = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

test('ids are ordered by their numbers', () => {
  expect(['10-0', '9-1', '9-0', '9-10', '9-9'].toSorted(compareStreamIds)).toEqual([
    '9-0',
    '9-1',
    '9-9',
    '9-10',
    '10-0',
  ]);
  fc.assert(
    fc.property(number, number, number, number, (ms, sequence, otherMs, otherSequence) => {
      const expected =
        ms === otherMs ? Number(sequence > otherSequence) - Number(sequence < otherSequence) : ms > otherMs ? 1 : -1;
      expect(compareStreamIds(`${ms}-${sequence}`, `${otherMs}-${otherSequence}`)).toBe(expected);
    }),
  );
});

test('only a complete id is an id', () => {
  expect(['1-0', '1795155404146-12'].every(isStreamId)).toBe(true);
  expect(['', '1', '$', '>', '-1-0', '1-0-0', '1-a', ' 1-0'].some(isStreamId)).toBe(false);
  expect(() => compareStreamIds('1', '1-0')).toThrow('`1` is not a stream id');
  expect(streamIdTime('1795155404146-3')).toBe(1_795_155_404_146);
});
