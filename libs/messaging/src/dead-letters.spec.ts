import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeEntry, MAX_ENTRY_BYTES } from './codec.js';
import { deadLetterFields, originalFields } from './dead-letters.js';

const reason = { error: new Error('no'), deliveries: 5, sourceId: '1-0', failedAt: new Date(0) };

test('a dead letter has the entry flat beside what went wrong', () => {
  expect(deadLetterFields(['agent_id', 'a:b', 'error', 'mine'], reason)).toEqual({
    agent_id: 'a:b',
    entry_error: 'mine',
    error: 'Error: no',
    deliveries: '5',
    source_id: '1-0',
    failed_at: '1970-01-01T00:00:00.000Z',
  });
});

test('the entry can be restored from its dead letter, whatever its fields are called', () => {
  const clashing = fc.constantFrom(
    'error',
    'entry_error',
    'entry_entry_error',
    'source_id',
    'entry_',
    'deliveries',
    'incomplete',
  );
  const fields = fc.dictionary(fc.oneof(clashing, fc.string()), fc.string());
  fc.assert(
    fc.property(fields, (values) =>
      expect(originalFields(deadLetterFields(Object.entries(values).flat(), reason))).toEqual({ ...values }),
    ),
  );
});

test('a dead letter says when it does not hold the entry as it was, and is never larger than an entry may be', () => {
  const letter = (...flat: string[]) => deadLetterFields(flat, reason);
  expect(letter('a', '1', 'b', '2')).not.toHaveProperty('incomplete');
  expect(letter('a', '1', 'a', '2')).toMatchObject({ a: '2', incomplete: 'true' });
  const large = letter('a', 'x'.repeat(MAX_ENTRY_BYTES - 40));
  expect(large).toMatchObject({ incomplete: 'true' });
  const fits = letter('a', 'x'.repeat(1_000_000));
  expect(fits).not.toHaveProperty('incomplete');
  for (const one of [large, fits]) expect(() => decodeEntry(Object.entries(one).flat())).not.toThrow();
  expect(originalFields(large)).not.toHaveProperty('incomplete');
});

test('an oversized entry is shortened, in every direction', () => {
  const long = deadLetterFields(['a', 'x'.repeat(MAX_ENTRY_BYTES), 'b', '1'], reason);
  expect(long['a']).toHaveLength(1_000);
  expect(long['b']).toBe('1');
  const many = Array.from({ length: 400_000 }, (_, n) => `field-${n}`);
  expect(Object.keys(deadLetterFields(many, reason)).length).toBeLessThanOrEqual(105);
});
