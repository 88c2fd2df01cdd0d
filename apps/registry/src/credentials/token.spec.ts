import { describe, expect, it } from '@jest/globals';
import { parseToken, TOKEN_PATTERN } from '@agion/wire';
import { hashSecret, mintToken, secretMatches } from './token.js';

describe('a minted token', () => {
  it('has the form of the wire and parses to its key id', () => {
    const { token, keyId } = mintToken('container');
    expect(token).toMatch(TOKEN_PATTERN);
    expect(parseToken(token)).toMatchObject({ kind: 'container', keyId });
  });

  it('is kept only as the hash of its secret', () => {
    const { token, secretHash } = mintToken('agent');
    const secret = parseToken(token)?.secret ?? '';
    expect(secretHash).toEqual(hashSecret(secret));
    expect(secretMatches(secret, secretHash)).toBe(true);
    expect(secretMatches(`${secret.slice(0, -1)}!`, secretHash)).toBe(false);
    expect(secretMatches(secret, secretHash.subarray(1))).toBe(false);
  });

  it('is never the same twice and uses the whole alphabet', () => {
    const ids = Array.from({ length: 500 }, () => mintToken('agent').keyId);
    expect(new Set(ids).size).toBe(500);
    expect(new Set(ids.join('')).size).toBe(32);
  });
});
