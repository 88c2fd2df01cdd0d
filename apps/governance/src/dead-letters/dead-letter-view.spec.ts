import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { shownFields } from './dead-letter-view.js';

test('fields are shown as they came where they are small and hold no secret', () => {
  const given = { agent_id: 'a:b', '': '', context: '{"a":1}' };
  expect(shownFields(given)).toEqual({ fields: given, shortened: false });
});

test('a secret is cut out before anything else is, so that no half of it is left', () => {
  const secret = `agion_stk_${'s'.repeat(43)}`;
  const { fields } = shownFields({ long: 'x'.repeat(8_192 - 20) + secret, [secret]: '1' });
  expect(JSON.stringify(fields)).not.toMatch(/s{5}/);
});

test('however much there is, what is shown has its bound', () => {
  const text = fc.string({ maxLength: 20 }).chain((part) => fc.nat(4_000).map((times) => part.repeat(times)));
  fc.assert(
    fc.property(fc.dictionary(text, text, { maxKeys: 30 }), (given) => {
      const { fields, shortened } = shownFields(given);
      const size = Object.entries(fields).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
      expect(size).toBeLessThanOrEqual(65_536);
      if (!shortened) expect(Object.keys(fields)).toHaveLength(Object.keys(given).length);
    }),
    { numRuns: 50 },
  );
});
