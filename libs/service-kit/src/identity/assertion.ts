import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { SERVICES, type Principal, type ServiceName } from '@agion/wire';
import type { PublicKeys } from './service-keys.js';

/** How long an assertion may be used, in seconds. */
export const ASSERTION_TTL_SECONDS = 60;
/** Clocks of two services may differ by this much, in seconds. */
const LEEWAY_SECONDS = 5;
const HEADER = Buffer.from(JSON.stringify({ alg: 'EdDSA', typ: 'agion-assertion+jwt' })).toString('base64url');

/** On whose errand a service calls that is not the gateway: the run or the mission whose stored principal it names. */
export type ActFor = { readonly run_id: string } | { readonly mission_id: string };

interface Claims {
  iss: ServiceName;
  aud: ServiceName;
  iat: number;
  exp: number;
  principal: Principal;
  act_for?: ActFor;
}

/** Signed by whom it says, and not valid yet or no more: the clocks of the two services differ, or it is an old one. */
export type MistimedAssertion = 'early' | 'expired';

/** Who called, and on whose behalf, as the receiving service may rely on it. */
export interface VerifiedCaller {
  service: ServiceName;
  principal: Principal;
  /** Set when a service other than the gateway acts for somebody else. */
  actFor?: ActFor;
}

type TimedCaller = VerifiedCaller & Pick<Claims, 'iat' | 'exp'>;

/**
 * Signs the identity a service shows another: a compact JWS (RFC 7515, EdDSA) that names the caller, the one service it is meant
 * for and the principal it acts for. Signatures are reused for half their life, so a busy caller signs rarely.
 */
export class AssertionSigner {
  private readonly recent = new LRUCache<string, { assertion: string; iat: number }>({ max: 1_000 });

  constructor(
    private readonly service: ServiceName,
    private readonly key: KeyObject,
    private readonly now: () => number = Date.now,
  ) {}

  /** @param actFor whose run or mission this is about; only for services that keep such */
  sign(audience: ServiceName, principal: Principal, actFor?: ActFor): string {
    const cacheKey = `${audience} ${JSON.stringify([principal, actFor])}`;
    const iat = Math.floor(this.now() / 1_000);
    const known = this.recent.get(cacheKey);
    if (known && iat >= known.iat && iat < known.iat + ASSERTION_TTL_SECONDS / 2) return known.assertion; // also when clocks are set
    const exp = iat + ASSERTION_TTL_SECONDS;
    const claims: Claims = {
      iss: this.service,
      aud: audience,
      iat,
      exp,
      principal,
      ...(actFor && { act_for: actFor }),
    };
    const body = `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
    const assertion = `${body}.${sign(null, Buffer.from(body), this.key).toString('base64url')}`;
    this.recent.set(cacheKey, { assertion, iat });
    return assertion;
  }
}

/** Checks assertions. The algorithm follows from the configured keys, never from the token's own header. */
export class AssertionVerifier {
  private readonly verified = new LRUCache<string, TimedCaller>({ max: 5_000, ttl: 30_000 });

  constructor(
    private readonly service: ServiceName,
    private readonly keys: PublicKeys,
    private readonly now: () => number = Date.now,
  ) {}

  /** The caller, `early` or `expired` for an assertion that is good but for its times, or `null` for anything else. */
  verify(assertion: string): VerifiedCaller | MistimedAssertion | null {
    const digest = createHash('sha256').update(assertion).digest('base64url');
    const seconds = this.now() / 1_000;
    const known = this.verified.get(digest);
    const caller = known ?? this.callerIn(assertion);
    if (!caller) return null;
    if (caller.iat > seconds + LEEWAY_SECONDS) return 'early';
    if (caller.exp <= seconds) return 'expired';
    if (!known) this.verified.set(digest, caller);
    return caller;
  }

  private callerIn(assertion: string): TimedCaller | null {
    const [header, payload, signature, rest] = assertion.split('.');
    if (header !== HEADER || payload === undefined || signature === undefined || rest !== undefined) return null;
    const claims = parseClaims(payload);
    if (!claims || claims.aud !== this.service) return null;
    const key = this.keys.get(claims.iss);
    if (!key || !verify(null, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url')))
      return null;
    const long = claims.exp - claims.iat > ASSERTION_TTL_SECONDS;
    if (long || !mayAssert(claims)) return null;
    const { iss: service, principal, iat, exp, act_for: actFor } = claims;
    return { service, principal, iat, exp, ...(actFor && { actFor }) };
  }
}

/** Where runs and missions are kept, with the principal they were begun for. */
const KEEPERS: Partial<Record<ServiceName, string>> = { execution: 'run_id', coordination: 'mission_id' };
const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const STORED_KINDS: readonly string[] = ['user', 'agent', 'container', 'service_account'];

/**
 * Only the gateway has seen a user's or an agent's own proof. Other services speak for themselves; those that keep runs and missions
 * also for whom these were begun, and say for which.
 */
function mayAssert({ iss, principal: { kind, subject, role }, act_for: actFor }: Claims): boolean {
  if (kind === 'service') return subject === iss && role === null && actFor === undefined;
  if (iss === 'gateway') return actFor === undefined;
  const [entry, ...more] = Object.entries(actFor ?? {});
  return (
    entry !== undefined &&
    more.length === 0 &&
    entry[0] === KEEPERS[iss] &&
    UUID.test(String(entry[1])) &&
    STORED_KINDS.includes(kind)
  );
}

function parseClaims(payload: string): Claims | null {
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Partial<Claims> | null;
    const complete =
      claims !== null &&
      typeof claims === 'object' &&
      (SERVICES as readonly unknown[]).includes(claims.iss) &&
      typeof claims.iat === 'number' &&
      typeof claims.exp === 'number' &&
      typeof claims.principal?.organization?.id === 'string' &&
      typeof claims.principal.organization.slug === 'string' &&
      typeof claims.principal.kind === 'string' &&
      typeof claims.principal.subject === 'string' &&
      (claims.act_for === undefined || (typeof claims.act_for === 'object' && claims.act_for !== null));
    return complete ? (claims as Claims) : null;
  } catch {
    return null;
  }
}
