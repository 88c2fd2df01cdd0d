import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { formatToken, type TokenKind } from '@agion/wire';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const KEY_ID_LENGTH = 16;
const SECRET_BYTES = 32;

/** A new token. `token` is for its holder's eyes only; the rest is what is kept. */
export interface MintedToken {
  token: string;
  keyId: string;
  secretHash: Buffer;
}

/** Makes a token nobody can guess: 80 bits name it, 256 bits prove it. */
export function mintToken(kind: TokenKind): MintedToken {
  const keyId = Array.from(randomBytes(KEY_ID_LENGTH), (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('');
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { token: formatToken({ kind, keyId, secret }), keyId, secretHash: hashSecret(secret) };
}

/** SHA-256. A secret of 256 random bits needs no slow hash: there is nothing to guess. */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Compares in constant time. */
export const secretMatches = (secret: string, hash: Buffer): boolean =>
  hash.length === 32 && timingSafeEqual(hashSecret(secret), hash);
