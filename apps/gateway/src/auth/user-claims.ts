import { ForbiddenError, UnauthenticatedError } from '@agion/service-kit';
import { ROLES, isOrganizationSlug, type Role } from '@agion/wire';
import type { Issuer } from './issuer.js';
import type { VerifiedClaims } from './jwt-verifier.js';

/** How an issuer's claims are read, and for whom it may speak. */
export type Reading = Pick<
  Issuer,
  'roleClaim' | 'organizationClaim' | 'groupsClaim' | 'defaultOrganization' | 'organization'
>;

export interface User {
  readonly role: Role;
  readonly organization: string;
  readonly groups: readonly string[];
}

/** Supabase's Postgres roles of tokens that are no person's. */
export const NOT_USERS = ['anon', 'service_role', 'supabase_admin'];
const MAX_GROUPS = 100;

/**
 * What a user's verified claims say about him.
 * @throws UnauthenticatedError for tokens that are no user's; ForbiddenError for users without a known role, without an
 * organization, or of one that the issuer does not speak for
 */
export function readUser(claims: VerifiedClaims, names: Reading): User {
  if (NOT_USERS.includes(String(claims.role)) || claims.is_anonymous === true)
    throw new UnauthenticatedError('the token is not one of a signed-in user');
  return {
    role: roleOf(claims, names.roleClaim),
    organization: organizationOf(claims, names),
    groups: groupsOf(claimAt(claims, names.groupsClaim)),
  };
}

/** No role claim: a viewer, where the token is an ordinary user's (Supabase says `authenticated`, others say nothing). */
function roleOf(claims: VerifiedClaims, name: string): Role {
  const role = claimAt(claims, name);
  if ((ROLES as readonly unknown[]).includes(role)) return role as Role;
  const ordinary = claims.role === undefined || claims.role === 'authenticated';
  if (ordinary && (role === undefined || role === 'authenticated')) return 'viewer';
  throw new ForbiddenError(`the token's claim \`${name}\` names no role of the platform`, `use ${ROLES.join(', ')}`);
}

function organizationOf(claims: VerifiedClaims, names: Reading): string {
  const { organizationClaim, defaultOrganization, organization } = names;
  const slug = claimAt(claims, organizationClaim) ?? defaultOrganization;
  if (typeof slug !== 'string' || !isOrganizationSlug(slug))
    throw new ForbiddenError(`the token's claim \`${organizationClaim}\` names no organization`);
  if (organization !== null && slug !== organization)
    throw new ForbiddenError(`the token's issuer signs nobody in for the organization \`${slug}\``);
  return slug;
}

function groupsOf(value: unknown): string[] {
  const groups = typeof value === 'string' ? [value] : Array.isArray(value) ? value : [];
  return groups.filter((group): group is string => typeof group === 'string').slice(0, MAX_GROUPS);
}

/** A claim by its whole name (`https://example.com/role`) or by a path of own members (`app_metadata.role`). */
function claimAt(claims: object, name: string): unknown {
  if (Object.hasOwn(claims, name)) return (claims as Record<string, unknown>)[name];
  let value: unknown = claims;
  for (const member of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, member)) return undefined;
    value = (value as Record<string, unknown>)[member];
  }
  return value ?? undefined;
}
