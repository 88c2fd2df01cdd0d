import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { redactedContext } from './redaction.js';

describe('a context on its way to the ledger', () => {
  it('is written as it is when nothing in it is a secret', () => {
    expect(redactedContext({ amount: 5, to: ['a', { b: null }] })).toBe('{"amount":5,"to":["a",{"b":null}]}');
    expect(redactedContext({})).toBeUndefined();
    expect(redactedContext(undefined)).toBeUndefined();
  });

  it.each([
    'password',
    'dbPassword',
    'api_key',
    'apiKey',
    'X-Authorization',
    'access_token',
    'clientSecret',
    'Set-Cookie',
    'privateKey',
  ])('leaves out the value of `%s`, at every depth', (name) => {
    const text = redactedContext({ [name]: 'hunter2', deep: [{ [name]: { inner: 'hunter2' } }], safe: 'kept' });
    expect(text).not.toContain('hunter2');
    expect(text).toContain('kept');
  });

  it('is left out when it is larger than 8 KB', () => {
    expect(redactedContext({ text: 'x'.repeat(9_000) })).toBe('{"truncated":true}');
    expect(redactedContext({ text: 'ü'.repeat(4_500) })).toBe('{"truncated":true}');
  });

  it('never holds what the ledger cannot keep, and stays JSON', () => {
    const context = fc.dictionary(
      fc.string({ unit: 'binary' }),
      fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\0', '\\u0000', '\\\0', '\ud800', '\\\ud800')),
    );
    fc.assert(
      fc.property(context, (value) => {
        const text = redactedContext(value);
        if (text === undefined) return;
        const kept = JSON.stringify(JSON.parse(text));
        expect(kept.replaceAll('\\\\', '')).not.toMatch(/\\u(?:0000|d[89a-f])/i);
      }),
      { numRuns: 1_000 },
    );
  });
});
