import { crc32 as zlibCrc32 } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { crc32, formatToken, looksLikeToken, parseToken, type TokenParts } from './tokens.js';

const characters = (alphabet: string, length: number) =>
  fc.array(fc.constantFrom(...alphabet), { minLength: length, maxLength: length }).map((found) => found.join(''));

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const tokenParts: fc.Arbitrary<TokenParts> = fc.record({
  kind: fc.constantFrom('agent' as const, 'container' as const, 'service_account' as const, 'enrollment' as const),
  keyId: characters('abcdefghijklmnopqrstuvwxyz234567', 16),
  secret: characters(BASE64URL, 43),
});

describe('a token', () => {
  test('is read back as it was written', () => {
    fc.assert(fc.property(tokenParts, (parts) => expect(parseToken(formatToken(parts))).toEqual(parts)));
  });

  test('with one character changed is not a token any more', () => {
    fc.assert(
      fc.property(tokenParts, fc.nat(), fc.constantFrom(...BASE64URL), (parts, position, character) => {
        const token = formatToken(parts);
        const at = position % token.length;
        fc.pre(token[at] !== character);
        expect(parseToken(token.slice(0, at) + character + token.slice(at + 1))).toBeNull();
      }),
    );
  });

  test('cut short still claims to be one of ours, so that nobody takes it for a JWT', () => {
    expect(looksLikeToken('agion_agt_abc')).toBe(true);
    expect(parseToken('agion_agt_abc')).toBeNull();
    expect(looksLikeToken('eyJhbGciOi')).toBe(false);
  });
});

test('the checksum is zlib’s', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const ascii = text.replace(/[^\x20-\x7e]/g, '?');
      expect(crc32(ascii)).toBe(zlibCrc32(ascii).toString(16).padStart(8, '0'));
    }),
  );
});
