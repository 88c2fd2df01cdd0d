import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { parseToken } from '@agion/wire';
import type { VerifiedCredentialDto } from '@agion/dto';
import { ServiceClient, UnauthenticatedError, UnavailableError, UpstreamProblemError } from '@agion/service-kit';
import { GATEWAY } from './gateway-principal.js';
import type { Verified } from './verified.js';

/** Milliseconds a refused token is refused without asking again: a flood of one bad token costs the registry little. */
const REFUSED_MS = 2_000;
/** Refused tokens have a cache of their own, so that no flood of them pushes good ones out. */
const MAX_REFUSED = 10_000;

/** Agents, containers and service accounts: the registry knows the hashes of their tokens. */
@Injectable()
export class TokenVerifier {
  private readonly refused = new LRUCache<string, true>({ max: MAX_REFUSED, ttl: REFUSED_MS });
  private readonly pending = new Map<string, Promise<Verified>>();

  constructor(private readonly client: ServiceClient) {}

  /**
   * Whom a token speaks for.
   * @param digest SHA-256 of the token, its name in the caches
   * @throws UnauthenticatedError when it is not (or no longer) valid; UnavailableError when the registry does not answer
   */
  async verify(token: string, digest: string): Promise<Verified> {
    // The checksum refuses what is mistyped or made up without a look-up.
    if (parseToken(token) === null || this.refused.has(digest))
      throw new UnauthenticatedError('the token is not valid');
    const pending = this.pending.get(digest);
    if (pending) return pending;
    const answer = this.ask(token, digest).finally(() => this.pending.delete(digest));
    this.pending.set(digest, answer);
    return answer;
  }

  private async ask(token: string, digest: string): Promise<Verified> {
    try {
      const { principal, expires_at } = await this.client.call<VerifiedCredentialDto>('registry', {
        method: 'POST',
        path: '/internal/credentials/verify',
        principal: GATEWAY,
        body: { token },
      });
      return { principal, expiresAt: expires_at === null ? null : Date.parse(expires_at) };
    } catch (error) {
      const status = error instanceof UpstreamProblemError ? error.upstream.status : 503;
      if (status === 503 || status === 429) throw new UnavailableError('tokens cannot be verified at the moment');
      if (status !== 401 && status !== 404 && status !== 422) throw error;
      this.refused.set(digest, true);
      throw new UnauthenticatedError('the token is not valid');
    }
  }
}
