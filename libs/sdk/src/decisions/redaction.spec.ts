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
    'pwd',
    'db_pwd',
    'auth',
    'bearer',
    'api key',
    'AWS_ACCESS_KEY_ID',
    'otp',
    'PIN',
    'creditCard',
    'dsn',
    'connection_string',
  ])('leaves out the value of `%s`, at every depth', (name) => {
    const text = redactedContext({ [name]: 'hunter2', deep: [{ [name]: { inner: 'hunter2' } }], safe: 'kept' });
    expect(text).not.toContain('hunter2');
    expect(text).toContain('kept');
  });

  it.each(['author', 'shipping', 'pinned', 'option', 'company', 'passenger', 'key', 'designature'])(
    'keeps the value of `%s`',
    (name) => {
      expect(redactedContext({ [name]: 'plain' })).toBe(JSON.stringify({ [name]: 'plain' }));
    },
  );

  const SECRET = 'hunter2hunter2';
  it.each([
    ['a token of the platform', `agion_ctr_aeram5chxjfybc4z_${'hunter2hunter2'.padEnd(43, 'x')}_da1604cc`],
    ['a stream key', `agion_stk_${SECRET.padEnd(43, 'x')}`],
    ['a JWT', `eyJhbGciOiJIUzI1NiJ9.${SECRET}.c2ln`],
    ['a header', `Authorization: Bearer ${SECRET}`],
    ['a password in a URL', `postgres://ada:${SECRET}@db.test/sales`],
    ['a password alone in a URL', `rediss://:${SECRET}\\@db.test`],
  ])('leaves out %s, wherever it stands', (_, text) => {
    const written = redactedContext({ note: `see "${text}" \\`, list: [[text]], [text]: 1 });
    expect(written).not.toContain(SECRET);
    expect(JSON.parse(written ?? '')).toMatchObject({ note: expect.stringMatching(/^see ".*" \\$/) });
  });

  it('is left out when it is larger than 8 KB', () => {
    expect(redactedContext({ text: 'x'.repeat(9_000) })).toBe('{"truncated":true}');
    expect(redactedContext({ text: 'ü'.repeat(4_500) })).toBe('{"truncated":true}');
  });

  it('is left out when it nests deeper than the ledger takes it', () => {
    const nested = (levels: number): Record<string, unknown> =>
      JSON.parse('{"a":'.repeat(levels) + '"[{"' + '}'.repeat(levels)) as Record<string, unknown>;
    expect(redactedContext(nested(64))).toContain('[{');
    expect(redactedContext(nested(65))).toBe('{"truncated":true}');
  });

  it('takes no time to speak of, whatever is in it', () => {
    const startedAt = performance.now();
    expect(redactedContext({ text: '-eyJaaaaaaaa'.repeat(100_000) })).toBe('{"truncated":true}');
    expect(redactedContext({ text: '-eyJaaaaaaaa'.repeat(600) })).toContain('eyJ');
    expect(redactedContext({ text: 'x://a:'.repeat(1_200) })).toContain('x://');
    expect(performance.now() - startedAt).toBeLessThan(5_000); // in proportion to the text: milliseconds
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
