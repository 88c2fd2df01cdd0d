import { hash } from 'node:crypto';
import { DomainError } from '@agion/service-kit';
import { keys, type Principal } from '@agion/wire';
import type { PointLimiter } from './point-limiter.js';

/** Chunks a window is taken in: a fiftieth keeps what a replica may leave unused at 2 % of the limit. */
export const chunkOf = (points: number): number => Math.max(1, Math.floor(points / 50));

const MAX_SUBJECT = 128;

/** The two limits of the door: requests of a caller, and refused sign-ins from an address. */
export class RateLimits {
  constructor(
    private readonly callers: PointLimiter,
    private readonly failures: PointLimiter,
  ) {}

  /** Takes one request off the caller's limit. @throws DomainError `too-many-requests` */
  request(caller: Principal, address: string): void | Promise<void> {
    const wait = this.callers.spend(callerKey(caller, address));
    return typeof wait === 'number' ? refuseIf(wait) : wait.then(refuseIf);
  }

  /** Before credentials are looked at that were never good. @throws DomainError `too-many-requests` */
  mayTry(address: string): void {
    refuseIf(this.failures.waitOf(failureKey(address)));
  }

  async failed(address: string): Promise<void> {
    await this.failures.spend(failureKey(address));
  }
}

function callerKey({ kind, subject, organization }: Principal, address: string): string {
  const who = kind === 'anonymous' ? address : subject;
  return `${keys.rateLimit(organization.slug)}:${kind}:${who.length > MAX_SUBJECT ? hash('sha256', who) : who}`;
}

const failureKey = (address: string): string => `${keys.rateLimit('default')}:failures:${address}`;

function refuseIf(waitMs: number): void {
  if (waitMs <= 0) return;
  const retryAfter = Math.ceil(waitMs / 1_000);
  throw new DomainError('too-many-requests', 'the limit of this minute is used up', { retryAfter });
}
