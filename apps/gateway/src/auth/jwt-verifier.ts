import { hash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { decodeJwt, errors, jwtVerify, type JWTPayload, type JWTVerifyOptions, type JWTVerifyResult } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { LOGGER, OutgoingClient, UnauthenticatedError, UnavailableError } from '@agion/service-kit';
import { GatewaySettings } from '../gateway.config.js';
import { type Issuer, subjectOf } from './issuer.js';
import { PublishedKeys } from './published-keys.js';
import { isSubject } from './subject.js';

/** Claims are believed without a new look at the signature for this long at most, in milliseconds. */
const CACHE_MS = 30_000;
/** Clocks of the issuer and of the gateway may differ by this much, in seconds. */
const LEEWAY_SECONDS = 5;
/** And by this much where a token only says when it was made: issued later than now, one of the two clocks is wrong. */
const ISSUE_LEEWAY_SECONDS = 60;
const MAX_CACHED = 10_000;
/** JWT as RFC 7519 and access tokens as RFC 9068 name themselves; many issuers say nothing. */
const TYPES = ['JWT', 'AT+JWT'];

export type VerifiedClaims = JWTPayload & { sub: string; exp: number };

/** A token whose issuer has signed it, and for us. */
export interface VerifiedJwt {
  readonly claims: VerifiedClaims;
  readonly issuer: Issuer;
  /** Whom it is about: unique among the users of all issuers. */
  readonly subject: string;
}

type Verify = (token: string) => Promise<JWTVerifyResult>;

/**
 * The one place where a user's JWT is verified. Its `iss` says which of the configured issuers is asked, and nothing else: key,
 * algorithm and audience are that issuer's. `kid` is only ever looked up in its keys; `jku`, `x5u` and `jwk` are not read.
 */
@Injectable()
export class JwtVerifier {
  private readonly all: readonly Issuer[];
  private readonly issuers: ReadonlyMap<string, { readonly issuer: Issuer; readonly verify: Verify }>;
  private readonly verified = new LRUCache<string, VerifiedJwt & { until: number }>({ max: MAX_CACHED });

  constructor(
    @Inject(GatewaySettings) { issuers }: Pick<GatewaySettings, 'issuers'>,
    outgoing: OutgoingClient,
    @Inject(LOGGER) logger: Pick<Logger, 'warn'>,
  ) {
    this.all = issuers;
    this.issuers = new Map(
      issuers.map((issuer) => [issuer.issuer, { issuer, verify: verification(issuer, outgoing, logger) }]),
    );
  }

  /**
   * What a valid token says, and who says it.
   * @throws UnauthenticatedError for any other; UnavailableError when the issuer's keys cannot be fetched
   */
  async verify(token: string): Promise<VerifiedJwt> {
    const digest = hash('sha256', token, 'base64url');
    const known = this.verified.get(digest);
    if (known && known.until > performance.now() && known.claims.exp * 1_000 > Date.now()) return known;
    const { issuer, verify } = this.issuers.get(issuerNamedIn(token)) ?? refuse(null);
    const { payload, protectedHeader } = await verify(token).catch(refuse);
    const { sub, exp } = payload;
    if (!isSubject(sub) || exp === undefined || protectedHeader.crit !== undefined || !isJwt(protectedHeader.typ))
      return refuse(null);
    if (typeof payload.iat === 'number' && payload.iat > Date.now() / 1_000 + ISSUE_LEEWAY_SECONDS)
      return refuseEarly();
    const subject = subjectOf(sub, issuer.name, this.all) ?? refuse(null);
    const jwt = { claims: { ...payload, sub, exp }, issuer, subject };
    this.verified.set(digest, { ...jwt, until: performance.now() + CACHE_MS });
    return jwt;
  }
}

/** A signature says who wrote a header, not that it is of any shape. */
const isJwt = (type: unknown): boolean =>
  type === undefined || (typeof type === 'string' && TYPES.includes(type.toUpperCase().replace(/^APPLICATION\//, '')));

/** What the token says of itself, to be proven. */
function issuerNamedIn(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    return refuse(null);
  }
}

function verification(
  { issuer, audience, keys, algorithms }: Issuer,
  client: OutgoingClient,
  logger: Pick<Logger, 'warn'>,
): Verify {
  const options: JWTVerifyOptions = {
    algorithms: [...algorithms],
    issuer,
    audience,
    requiredClaims: ['exp', 'sub'],
    clockTolerance: LEEWAY_SECONDS,
  };
  if (keys.secret !== undefined) {
    const key = new TextEncoder().encode(keys.secret);
    return (token) => jwtVerify(token, key, options);
  }
  const published = new PublishedKeys(keys.published, {
    client,
    onFailure: (error) => logger.warn({ issuer, error }, "an issuer's keys could not be fetched"),
  });
  return (token) => jwtVerify(token, published.keyFor, options);
}

function refuseEarly(): never {
  throw new UnauthenticatedError('the token is not valid yet', 'check the clocks of the issuer and of the gateway');
}

/** A token's fault is the caller's; keys that cannot be fetched or used are not. */
function refuse(error: unknown): never {
  if (error instanceof UnavailableError) throw error;
  if (error instanceof errors.JWTExpired) throw new UnauthenticatedError('the token has expired');
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf') refuseEarly();
  if (error instanceof errors.JWKSInvalid || (error !== null && !(error instanceof errors.JOSEError)))
    throw Object.assign(new UnavailableError('the keys of the identity provider cannot be used'), { cause: error });
  throw new UnauthenticatedError('the token is not valid');
}
