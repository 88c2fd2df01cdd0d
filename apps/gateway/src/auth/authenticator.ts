import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { looksLikeToken } from '@agion/wire';
import { OrganizationNotices } from '../notices/organization-notices.consumer.js';
import { TokenVerifier } from './token-verifier.js';
import { UserJwtStrategy } from './user-jwt.strategy.js';
import type { Verified } from './verified.js';

/** Milliseconds a verified token is believed without asking again: a revocation works within these even if its notice is lost. */
const TOKEN_MS = 2_000;
/** The same for users, whose organization and role are re-read then. */
const USER_MS = 10_000;
const MAX_KNOWN = 20_000;

interface Known extends Verified {
  /** By a clock that nobody sets: a wall clock that is set back must not keep a revoked token alive. */
  readonly until: number;
}

/** Who a bearer token speaks for; the fast answer for those seen a moment ago, the thorough one for all others. */
@Injectable()
export class Authenticator {
  private readonly known = new LRUCache<string, Known>({ max: MAX_KNOWN });

  constructor(
    private readonly users: UserJwtStrategy,
    private readonly tokens: TokenVerifier,
    private readonly notices: OrganizationNotices,
  ) {
    notices.onRevoked((slug, credentialIds) => this.forget(slug, credentialIds));
  }

  recognize(token: string): Verified | undefined {
    const known = this.known.get(digestOf(token));
    return known && known.until > performance.now() && Date.now() < (known.expiresAt ?? Infinity) ? known : undefined;
  }

  /** True for a token that was good a while ago: it is verified again even from an address with many failures. */
  hasKnown(token: string): boolean {
    return this.known.has(digestOf(token));
  }

  /** @throws UnauthenticatedError, ForbiddenError or UnavailableError, as the verifiers say */
  async authenticate(token: string, request: FastifyRequest, reply: FastifyReply): Promise<Verified> {
    const digest = digestOf(token);
    const startedAt = performance.now(); // not when the answer came: what was revoked meanwhile must not live longer
    const { principal, expiresAt } = looksLikeToken(token)
      ? await this.tokens.verify(token, digest)
      : await this.users.verify(request, reply);
    const until = startedAt + (principal.kind === 'user' ? USER_MS : TOKEN_MS);
    this.known.set(digest, { principal, expiresAt, until });
    this.notices.watch(principal.organization.slug);
    return { principal, expiresAt };
  }

  /** @param credentialIds those revoked, or `null` when notices of the organization may have been missed */
  private forget(slug: string, credentialIds: ReadonlySet<string> | null): void {
    for (const [digest, { principal }] of this.known.entries()) {
      const { credentialId, organization } = principal;
      if (organization.slug !== slug || credentialId === undefined) continue;
      if (credentialIds === null || credentialIds.has(credentialId)) this.known.delete(digest);
    }
  }
}

const digestOf = (token: string): string => hash('sha256', token, 'base64url');
