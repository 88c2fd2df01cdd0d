import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TextList } from './text-list.js';

test('texts become the JSON list they would be, whatever was listed before', () => {
  const texts = fc.array(
    fc.oneof(
      fc.json(),
      fc.string({ unit: 'grapheme', maxLength: 40_000 }).map((text) => JSON.stringify(text)),
    ),
  );
  fc.assert(
    fc.property(texts, (all) => {
      const list = new TextList();
      for (const text of all) list.add(text);
      expect(list.bytes().toString()).toBe(`[${all.join()}]`);
    }),
    { numRuns: 200 },
  );
});
