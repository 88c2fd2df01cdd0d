import { hash } from 'node:crypto';
import { DomainError } from '@agion/service-kit';
import { keys, type Principal } from '@agion/wire';
import type { HeldRefusals } from './held-refusals.js';
import type { OrganizationPoints } from './organization-points.js';
import type { PointLimiter } from './point-limiter.js';

const MAX_SUBJECT = 128;
/** Refusals of a caller in a minute that are not held back. */
const PROMPT_REFUSALS = 20;

/** The limits of the door: requests of a caller and of an organization, and refused sign-ins from an address. */
export class RateLimits {
  constructor(
    private readonly callers: PointLimiter,
    private readonly failures: PointLimiter,
    private readonly organizations: OrganizationPoints,
    private readonly refusals: HeldRefusals,
  ) {}

  /** Takes one request off the caller's limit, then off his organization's. @throws DomainError `too-many-requests` */
  request(caller: Principal, address: string): void | Promise<void> {
    const key = callerKey(caller, address);
    const wait = this.callers.spend(key);
    if (wait === 0) return this.requestOf(caller);
    return this.requestAfter(wait, key, caller);
  }

  private async requestAfter(wait: number | Promise<number>, key: string, caller: Principal): Promise<void> {
    const ms = await wait;
    const refusals = ms > 0 ? this.callers.refusalsOf(key) : 0;
    if (refusals > PROMPT_REFUSALS) await this.refusals.wait(refusals);
    refuseIf(ms);
    await this.requestOf(caller);
  }

  private requestOf({ organization: { slug } }: Principal): void | Promise<void> {
    const wait = this.organizations.spend(slug);
    return typeof wait === 'number' ? refuseOrganizationIf(wait) : wait.then(refuseOrganizationIf);
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

const refuseIf = (waitMs: number): void => refuse(waitMs, 'the limit of this minute is used up');
const refuseOrganizationIf = (waitMs: number): void =>
  refuse(waitMs, 'the limit of this minute of your whole organization is used up');

function refuse(waitMs: number, detail: string): void {
  if (waitMs <= 0) return;
  throw new DomainError('too-many-requests', detail, { retryAfter: Math.ceil(waitMs / 1_000) });
}
