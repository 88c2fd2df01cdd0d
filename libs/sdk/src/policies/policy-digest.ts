import { hash } from 'node:crypto';
import type { BundledPolicy } from './policy-bundle.js';

const BYTES = 32;

/** SHA-256 of a policy's text, a character for each of its bytes: as text it takes less memory than as a buffer. */
export const policyDigest = (text: string): string => hash('sha256', text, 'binary');

/** The digests of policies, one after the other. */
export const digestsOf = (policies: readonly BundledPolicy[]): Buffer =>
  Buffer.from(policies.map(({ digest }) => digest).join(''), 'binary');

/** The same with other policies at these places. */
export function withDigests(digests: Buffer, others: ReadonlyMap<number, BundledPolicy>): Buffer {
  const result = Buffer.from(digests);
  for (const [place, { digest }] of others) result.write(digest, place * BYTES, 'binary');
  return result;
}

/**
 * The digest of policies as the platform states it: SHA-256 over their own digests, in the order of their ids. Where one of a thousand has
 * changed, 32 kB are hashed instead of all their text.
 */
export const statedDigest = (digests: Buffer): string => `sha256:${hash('sha256', digests, 'hex')}`;
