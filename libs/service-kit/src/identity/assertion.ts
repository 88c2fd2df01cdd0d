import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { SERVICES, type Principal, type ServiceName } from '@agion/wire';
import type { PublicKeys } from './service-keys.js';

/** How long an assertion may be used, in seconds. */
export const ASSERTION_TTL_SECONDS = 60;
/** Clocks of two services may differ by this much, in seconds. */
const LEEWAY_SECONDS = 5;
const HEADER = Buffer.from(JSON.stringify({ alg: 'EdDSA', typ: 'agion-assertion+jwt' })).toString('base64url');

interface Claims {
  iss: ServiceName;
  aud: ServiceName;
  iat: number;
  exp: number;
  principal: Principal;
}

/** Who called, and on whose behalf, as the receiving service may rely on it. */
export interface VerifiedCaller {
  service: ServiceName;
  principal: Principal;
}

/**
 * Signs the identity a service shows another: a compact JWS (RFC 7515, EdDSA) that names the caller, the one service it is meant
 * for and the principal it acts for. Signatures are reused for half their life, so a busy caller signs rarely.
 */
export class AssertionSigner {
  private readonly recent = new LRUCache<string, string>({ max: 1_000, ttl: (ASSERTION_TTL_SECONDS / 2) * 1_000 });

  constructor(
    private readonly service: ServiceName,
    private readonly key: KeyObject,
    private readonly now: () => number = Date.now,
  ) {}

  sign(audience: ServiceName, principal: Principal): string {
    const cacheKey = `${audience} ${JSON.stringify(principal)}`;
    const known = this.recent.get(cacheKey);
    if (known !== undefined) return known;
    const iat = Math.floor(this.now() / 1_000);
    const claims: Claims = { iss: this.service, aud: audience, iat, exp: iat + ASSERTION_TTL_SECONDS, principal };
    const body = `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
    const assertion = `${body}.${sign(null, Buffer.from(body), this.key).toString('base64url')}`;
    this.recent.set(cacheKey, assertion);
    return assertion;
  }
}

/** Checks assertions. The algorithm follows from the configured keys, never from the token's own header. */
export class AssertionVerifier {
  private readonly verified = new LRUCache<string, VerifiedCaller & { exp: number }>({ max: 5_000, ttl: 30_000 });

  constructor(
    private readonly service: ServiceName,
    private readonly keys: PublicKeys,
    private readonly now: () => number = Date.now,
  ) {}

  /** The caller, or `null` for anything that is not a valid assertion for this service. */
  verify(assertion: string): VerifiedCaller | null {
    const digest = createHash('sha256').update(assertion).digest('base64url');
    const seconds = this.now() / 1_000;
    const known = this.verified.get(digest);
    if (known) return known.exp > seconds ? known : null;
    const claims = this.claimsOf(assertion);
    if (!claims || claims.exp <= seconds) return null;
    const caller = { service: claims.iss, principal: claims.principal, exp: claims.exp };
    this.verified.set(digest, caller);
    return caller;
  }

  private claimsOf(assertion: string): Claims | null {
    const [header, payload, signature, rest] = assertion.split('.');
    if (header !== HEADER || payload === undefined || signature === undefined || rest !== undefined) return null;
    const claims = parseClaims(payload);
    if (!claims || claims.aud !== this.service) return null;
    const key = this.keys.get(claims.iss);
    if (!key || !verify(null, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url')))
      return null;
    const early = claims.iat > this.now() / 1_000 + LEEWAY_SECONDS;
    const long = claims.exp - claims.iat > ASSERTION_TTL_SECONDS;
    // Only the gateway has seen a user's or an agent's own proof; other services may speak for themselves alone.
    const { kind, subject, role } = claims.principal;
    const asItself = kind === 'service' && subject === claims.iss && role === null;
    const borrowed = claims.iss === 'gateway' ? kind === 'service' && !asItself : !asItself;
    return early || long || borrowed ? null : claims;
  }
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
      typeof claims.principal.subject === 'string';
    return complete ? (claims as Claims) : null;
  } catch {
    return null;
  }
}
