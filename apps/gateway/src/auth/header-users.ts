import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ForbiddenError, UnauthenticatedError } from '@agion/service-kit';
import { ROLES, type Role } from '@agion/wire';
import { GatewaySettings } from '../gateway.config.js';
import { type Issuer, subjectOf } from './issuer.js';
import { OrganizationResolver } from './organization-resolver.js';
import { statesUser, userOf } from './signed-headers.js';
import { NOT_USERS } from './user-claims.js';
import type { Verified } from './verified.js';

const NOTHING = Buffer.alloc(0);

/** People behind an edge function, which has verified their token and says by signed headers who they are. */
@Injectable()
export class HeaderUsers {
  private readonly secret: string | undefined;
  private readonly organization: string | null;
  private readonly issuers: readonly Issuer[];

  constructor(
    settings: GatewaySettings,
    private readonly organizations: OrganizationResolver,
  ) {
    this.secret = settings.headerSecret;
    this.organization = settings.headerOrganization ?? settings.defaultOrganization;
    this.issuers = settings.issuers;
  }

  /** Whether the request's headers have to be looked at. Without a secret they mean nothing, and nobody gets to see them. */
  areIn({ rawHeaders }: FastifyRequest['raw']): boolean {
    return this.secret !== undefined && statesUser(rawHeaders);
  }

  /** @throws UnauthenticatedError for headers without proof; ForbiddenError for users without a known role or organization */
  async verify({ raw, method, body }: FastifyRequest): Promise<Verified> {
    const request = {
      method,
      target: raw.url ?? '',
      rawHeaders: raw.rawHeaders,
      headers: raw.headers,
      body: Buffer.isBuffer(body) ? body : NOTHING,
    };
    const { id, role, until } = userOf(request, this.secret ?? '', Date.now() / 1_000);
    const subject = subjectOf(id, null, this.issuers);
    if (subject === null) throw new UnauthenticatedError("the user's id is one of another issuer's");
    if (this.organization === null) throw new ForbiddenError('users of the edge function belong to no organization');
    const organization = await this.organizations.find(this.organization);
    const principal = { kind: 'user' as const, subject, role: roleOf(role), groups: [], organization };
    return { principal, expiresAt: until * 1_000 };
  }
}

/** Supabase's `authenticated` is any person; its other roles of the database are no person's. */
function roleOf(stated: string | null): Role {
  const role = ROLES.find((known) => known === stated);
  if (role) return role;
  if (stated === null || stated === 'authenticated') return 'viewer';
  if (NOT_USERS.includes(stated)) throw new UnauthenticatedError('the user is not signed in');
  throw new ForbiddenError('X-Supabase-User-Role names no role of the platform', `use ${ROLES.join(', ')}`);
}
