import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { LedgerCipher, ledgerKey } from './ledger-cipher.js';

const fresh = (): string => randomBytes(32).toString('base64');
const about = () => ({ organizationId: randomUUID(), inputsId: uuidv7() });

describe('what is encrypted', () => {
  const key = fresh();
  const cipher = new LedgerCipher(key);

  it('comes back as it was, and shows nothing of itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 8, maxLength: 300 }), (text) => {
        const whose = about();
        const sealed = cipher.seal(text, whose);
        expect(cipher.open(cipher.keyId, sealed, whose)).toBe(text);
        expect(sealed.includes(Buffer.from(text))).toBe(false);
      }),
    );
  });

  it('is never the same twice', () => {
    const whose = about();
    expect(cipher.seal('a', whose)).not.toEqual(cipher.seal('a', whose));
  });

  it('is nothing to another organization, under another id, after a change of one bit, or cut', () => {
    const whose = about();
    const sealed = cipher.seal('{"amount":900}', whose);
    const open = (content: Buffer, as: object = {}): string | null =>
      cipher.open(cipher.keyId, content, { ...whose, ...as });
    expect(open(sealed)).toBe('{"amount":900}');
    expect(open(sealed, { organizationId: randomUUID() })).toBeNull();
    expect(open(sealed, { inputsId: uuidv7() })).toBeNull();
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(open(changed)).toBeNull();
      expect(open(sealed.subarray(0, at))).toBeNull();
    }
  });

  it('is read with an earlier key while that is known, and not when it is not', () => {
    const whose = about();
    const sealed = cipher.seal('x', whose);
    const next = fresh();
    expect(new LedgerCipher(next, [fresh(), key]).open(cipher.keyId, sealed, whose)).toBe('x');
    expect(new LedgerCipher(next).open(cipher.keyId, sealed, whose)).toBeNull();
    expect(new LedgerCipher(next, [key]).keyId).not.toBe(cipher.keyId);
  });
});

describe('a key of the ledger', () => {
  const bytes = randomBytes(32);
  it.each(['base64', 'base64url', 'hex'] as const)('is 32 bytes in %s', (form) => {
    expect(ledgerKey(bytes.toString(form))).toEqual(bytes);
  });

  it.each([
    '',
    'a password',
    randomBytes(31).toString('base64'),
    randomBytes(33).toString('base64'),
    `${'x'.repeat(42)}!`,
  ])('is not `%s`', (text) => {
    expect(ledgerKey(text)).toBeNull();
    expect(() => new LedgerCipher(text)).toThrow('must be 32 bytes');
  });
});
