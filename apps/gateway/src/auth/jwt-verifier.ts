import { hash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { createRemoteJWKSet, customFetch, errors, jwtVerify, type JWTPayload, type JWTVerifyOptions } from 'jose';
import { LRUCache } from 'lru-cache';
import { OutgoingClient, outgoingFetch, UnauthenticatedError, UnavailableError } from '@agion/service-kit';
import { GatewaySettings } from '../gateway.config.js';

/** Claims are believed without a new look at the signature for this long at most, in milliseconds. */
const CACHE_MS = 30_000;
/** Clocks of the issuer and of the gateway may differ by this much, in seconds. */
const LEEWAY_SECONDS = 5;
const MAX_CACHED = 10_000;
/** Milliseconds in which the issuer's keys must have come. */
const FETCH_MS = 3_000;
/** JWT as RFC 7519 and access tokens as RFC 9068 name themselves; many issuers say nothing. */
const TYPES = [undefined, 'JWT', 'AT+JWT'];

export type VerifiedClaims = JWTPayload & { sub: string; exp: number };
type Verify = (token: string, options: JWTVerifyOptions) => ReturnType<typeof jwtVerify>;

/**
 * The one place where a user's JWT is verified. The algorithm follows from the configured key: HS256 with a secret, ES256, RS256
 * or EdDSA with published keys. `kid` is only ever looked up in those; `jku`, `x5u` and `jwk` of a token are not read.
 */
@Injectable()
export class JwtVerifier {
  private readonly verify: Verify;
  private readonly options: JWTVerifyOptions;
  private readonly verified = new LRUCache<string, { claims: VerifiedClaims; until: number }>({ max: MAX_CACHED });

  constructor(
    @Inject(GatewaySettings) settings: Pick<GatewaySettings, 'jwtSecret' | 'jwksUri' | 'jwtIssuer' | 'jwtAudience'>,
    outgoing: OutgoingClient,
  ) {
    const algorithms = settings.jwtSecret === undefined ? ['ES256', 'RS256', 'EdDSA'] : ['HS256'];
    this.verify = verification(settings.jwtSecret, settings.jwksUri, outgoing);
    this.options = {
      algorithms,
      issuer: settings.jwtIssuer,
      audience: settings.jwtAudience,
      requiredClaims: ['exp', 'sub'],
      clockTolerance: LEEWAY_SECONDS,
    };
  }

  /**
   * The claims of a valid token.
   * @throws UnauthenticatedError for any other; UnavailableError when the issuer's keys cannot be fetched
   */
  async claimsOf(token: string): Promise<VerifiedClaims> {
    const digest = hash('sha256', token, 'base64url');
    const known = this.verified.get(digest);
    if (known && known.until > Date.now()) return known.claims;
    const { payload, protectedHeader } = await this.verify(token, this.options).catch(refuse);
    const { sub, exp } = payload;
    const type = protectedHeader.typ?.toUpperCase().replace(/^APPLICATION\//, '');
    if (!isSubject(sub) || exp === undefined || protectedHeader.crit !== undefined || !TYPES.includes(type))
      return refuse(null);
    const claims = { ...payload, sub, exp };
    this.verified.set(digest, { claims, until: Math.min(Date.now() + CACHE_MS, exp * 1_000) });
    return claims;
  }
}

function verification(secret: string | undefined, jwksUri: string | undefined, outgoing: OutgoingClient): Verify {
  if (secret !== undefined) {
    const key = new TextEncoder().encode(secret);
    return (token, options) => jwtVerify(token, key, options);
  }
  const keys = createRemoteJWKSet(new URL(jwksUri ?? ''), {
    timeoutDuration: FETCH_MS,
    cooldownDuration: 10_000,
    [customFetch]: outgoingFetch(outgoing, { timeoutMs: FETCH_MS, maxRedirects: 0 }),
  });
  return (token, options) => jwtVerify(token, keys, options);
}

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const MAX_SUBJECT = 255;

/** A name that can be kept, logged and passed on. A signature says who wrote a claim, not that it is of any shape. */
const isSubject = (sub: unknown): sub is string =>
  typeof sub === 'string' && sub !== '' && sub.length <= MAX_SUBJECT && sub.isWellFormed() && !CONTROL.test(sub);

/** A token's fault is the caller's; keys that cannot be fetched are not. */
function refuse(error: unknown): never {
  if (error instanceof errors.JWTExpired) throw new UnauthenticatedError('the token has expired');
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf')
    throw new UnauthenticatedError('the token is not valid yet', 'check the clocks of the issuer and of the gateway');
  const keysAway =
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    (error !== null && (!(error instanceof errors.JOSEError) || error.code === 'ERR_JOSE_GENERIC'));
  if (keysAway)
    throw Object.assign(new UnavailableError('the keys of the identity provider cannot be fetched'), { cause: error });
  throw new UnauthenticatedError('the token is not valid');
}
