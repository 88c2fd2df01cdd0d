import { createHash, hash } from 'node:crypto';
import { parseInstant } from '@agion/dto';
import type { Proof } from '@agion/service-kit';

/** Any constant: what our name-based ids are made within (RFC 9562, sections 5.5 and 5.8). */
const NAMESPACE = createHash('sha256').update('agion decision').digest('hex').slice(0, 32);
const NAMESPACE_BYTES = Buffer.from(NAMESPACE, 'hex').toString('latin1');

/** What a request over the streams is known by. */
export interface RequestIdentity {
  organizationId: string;
  /** The same however often the entry is delivered, and of a signed one however often it is written. */
  identity: string;
  /** Milliseconds since 1970, likewise: the ledger is kept by them. */
  time: number;
}

/**
 * The id of the decision about an entry: a UUIDv8 of the time, which it begins with as a version 7 does, and a digest of what the
 * request is known by. Nobody else makes such ids.
 */
export function decisionIdOf({ organizationId, identity, time }: RequestIdentity): string {
  const digest = sha1(`${organizationId} ${identity}`);
  const known = time >= 0 && time < BEYOND ? Math.floor(time) : 0;
  const ms = known.toString(16).padStart(12, '0');
  return `${ms.slice(0, 8)}-${ms.slice(8)}-8${digest.slice(0, 3)}-${variant(digest.charAt(3))}${digest.slice(4, 7)}-${digest.slice(7, 19)}`;
}

/** Milliseconds that have no room in an id. */
const BEYOND = 2 ** 48;

/**
 * The time of a request that is the same wherever it is written again: the one its agent has signed, if it says one; else the month in
 * which Redis took it, so that the same signature counts once a month at most. Unsigned, an entry is what Redis took.
 * @param takenAt time in the entry's id, in milliseconds since 1970
 */
export function requestTime(proof: Proof, timestamp: string | undefined, takenAt: number): number {
  if (proof !== 'agent') return takenAt;
  const said = timestamp === undefined ? null : parseInstant(timestamp);
  if (said) return said.getTime();
  const taken = new Date(takenAt);
  return Date.UTC(taken.getUTCFullYear(), taken.getUTCMonth());
}

/** Milliseconds since 1970 at which a UUIDv7 or one of `decisionIdOf` was made. */
export const timeInId = (id: string): number => parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/** The id of the audit fact of a decision: a UUIDv5. */
export function auditIdOf(decisionId: string): string {
  const digest = sha1(`audit ${decisionId}`);
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant(digest.charAt(16))}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}

/** @param name ASCII */
const sha1 = (name: string): string => hash('sha1', Buffer.from(NAMESPACE_BYTES + name, 'latin1'), 'hex');

const variant = (digit: string): string => ((parseInt(digit, 16) & 0x3) | 0x8).toString(16);
