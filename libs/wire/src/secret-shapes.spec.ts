import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { withoutSecrets } from './secret-shapes.js';

const SECRET = 'Hunter2Hunter2Hunter2Hunter2Hunter2xyz';

describe('what looks like a secret', () => {
  it.each([
    ['a stream key', `agion_stk_${SECRET.padEnd(43, 'x')}`],
    ['a JWT', `eyJhbGciOiJIUzI1NiJ9.${SECRET}.c2ln`],
    ['a header', `Authorization: bearer ${SECRET}`],
    ['a password in a URL', `postgres://ada:${SECRET}@db.test/sales`],
    ['a token of GitHub', `ghp_${SECRET}`],
    ['a fine-grained one', `github_pat_11A${SECRET}`],
    ['a token of GitLab', `glpat-${SECRET}`],
    ['a token of Slack', `xoxb-12-${SECRET}`],
    ['a key of a model provider', `sk-ant-${SECRET}`],
    ['a key of Stripe', `sk_live_${SECRET}`],
    ['a key of Google', `AIza${SECRET.slice(0, 35)}`],
    ['an access key of AWS', 'AKIAHUNTER2HUNTER2HU', 'HUNTER2'],
    ['a private key', `-----BEGIN RSA PRIVATE KEY-----\n${SECRET}\n-----END RSA PRIVATE KEY-----`],
    ['half of one', `-----BEGIN PRIVATE KEY-----\n${SECRET}`],
  ])('is cut out of JSON, and JSON stays JSON: %s', (_, text, secret = SECRET.slice(0, 30)) => {
    const json = JSON.stringify({ note: `see "${text}" \\`, list: [[text, 'kept']], [text]: 1 });
    const left = withoutSecrets(json);
    expect(left).not.toContain(secret);
    expect(JSON.parse(left)).toMatchObject({ list: [[expect.any(String), 'kept']] });
  });

  it.each(['task-force one-two-three-four', 'https://example.com/a?b=c', 'AKIA', 'a risk-assessment-of-our-data'])(
    'is not in `%s`',
    (text) => {
      expect(withoutSecrets(text)).toBe(text);
    },
  );

  it('is looked for in a time that grows with the text alone', () => {
    const startedAt = performance.now();
    for (const part of ['-----BEGIN PRIVATE KEY-----', 'sk-', 'eyJaaaaaaaa', 'x://a:', 'ghp_a', 'bearer '])
      withoutSecrets(part.repeat(20_000));
    expect(performance.now() - startedAt).toBeLessThan(5_000); // in proportion to the text: milliseconds
  });

  it('leaves JSON of any text JSON', () => {
    const pieces = fc.constantFrom(
      'sk-',
      'ghp_',
      '://a:',
      '@',
      'bearer ',
      '-----BEGIN PRIVATE KEY-----',
      'x'.repeat(40),
      '"',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(pieces), fc.string(), (parts, tail) => {
        expect(
          () => JSON.parse(withoutSecrets(JSON.stringify([parts.join('') + tail, tail]))) as unknown,
        ).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });
});
