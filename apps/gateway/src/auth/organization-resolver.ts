import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DEFAULT_ORGANIZATION, type Organization } from '@agion/wire';
import { ForbiddenError, ServiceClient, UpstreamProblemError } from '@agion/service-kit';
import { GATEWAY } from './gateway-principal.js';

/** Milliseconds an organization is known without asking again; unknown slugs are asked for again sooner. */
const KNOWN_MS = 10_000;
const UNKNOWN_MS = 2_000;
const MAX_CACHED = 5_000;

/** Organizations by the slug a user's token names. The registry owns them. */
@Injectable()
export class OrganizationResolver {
  private readonly answers = new LRUCache<string, Promise<Organization | null>>({ max: MAX_CACHED, ttl: KNOWN_MS });

  constructor(private readonly client: ServiceClient) {}

  /** @throws ForbiddenError when there is no such organization; UnavailableError when the registry does not answer */
  async find(slug: string): Promise<Organization> {
    if (slug === DEFAULT_ORGANIZATION.slug) return DEFAULT_ORGANIZATION;
    const organization = await (this.answers.get(slug) ?? this.ask(slug));
    if (!organization) throw new ForbiddenError(`there is no organization \`${slug}\``);
    return organization;
  }

  /** Everybody who asks for the same slug meanwhile shares the answer. */
  private ask(slug: string): Promise<Organization | null> {
    const answer = this.client
      .call<Organization>('registry', { path: `/internal/organizations/${slug}`, principal: GATEWAY })
      .then(({ id, slug: confirmed }) => ({ id, slug: confirmed }))
      .catch((error: unknown) => {
        if (!(error instanceof UpstreamProblemError) || error.upstream.status !== 404) throw error;
        this.answers.set(slug, answer, { ttl: UNKNOWN_MS });
        return null;
      });
    this.answers.set(slug, answer);
    answer.catch(() => this.answers.delete(slug));
    return answer;
  }
}
