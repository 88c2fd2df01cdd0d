import { type Principal, type Role, ROLES } from './principal.js';

/** What credentials can be limited to: each route of the gateway needs one of these. The list is closed. */
export const SCOPES = [
  'accounts:read',
  'accounts:write',
  'agents:read',
  'agents:register',
  'agents:write',
  'approvals:read',
  'approvals:write',
  'audit:read',
  'config:read',
  'config:write',
  'dead-letters:read',
  'dead-letters:write',
  'decisions:ask',
  'decisions:read',
  'events:write',
  'feedback:write',
  'metrics:read',
  'missions:read',
  'missions:write',
  'organizations:read',
  'organizations:write',
  'policies:read',
  'policies:write',
  'realtime:read',
  'runs:read',
  'runs:write',
  'streams:sign',
  'tokens:issue',
  'tools:read',
  'tools:use',
  'tools:write',
  'trust:read',
  'trust:write',
  'violations:read',
  'violations:write',
  'webhooks:read',
  'webhooks:write',
] as const;
export type Scope = (typeof SCOPES)[number];

/** What an agent or a container does by itself. */
const AGENT: readonly Scope[] = [
  'agents:read',
  'agents:register',
  'config:read',
  'decisions:ask',
  'events:write',
  'feedback:write',
  'missions:read',
  'policies:read',
  'realtime:read',
  'streams:sign',
  'tokens:issue',
  'tools:read',
  'tools:use',
  'trust:read',
];

const VIEWER: readonly Scope[] = [
  'agents:read',
  'approvals:read',
  'config:read',
  'decisions:read',
  'feedback:write',
  'missions:read',
  'policies:read',
  'realtime:read',
  'runs:read',
  'runs:write',
  'tools:read',
  'tools:use',
  'trust:read',
];

/** Of which organizations there are, what an organization may use and how often the routes are called: an admin's. */
const OPERATOR: readonly Scope[] = SCOPES.filter((scope) => !/^(metrics|organizations):/.test(scope));

const OF_ROLE: Record<Role, readonly Scope[]> = { viewer: VIEWER, operator: OPERATOR, admin: SCOPES };
const NONE: readonly Scope[] = [];
/** A registration in development is asked for without credentials. */
const ANONYMOUS: readonly Scope[] = ['agents:register', 'decisions:ask', 'events:write', 'streams:sign'];

/** All that somebody of this kind and role can have been given; credentials without a list of scopes have all of it. */
export function usualScopes({ kind, role }: Pick<Principal, 'kind' | 'role'>): readonly Scope[] {
  if (kind === 'agent' || kind === 'container') return AGENT;
  if (kind === 'anonymous') return ANONYMOUS;
  return role === null ? NONE : OF_ROLE[role];
}

/** What the principal's credentials reach: their own scopes as far as its kind and role have them. */
export function scopesOf(principal: Principal): readonly Scope[] {
  const usual = usualScopes(principal);
  return principal.scopes === undefined ? usual : usual.filter((scope) => principal.scopes?.includes(scope));
}

export function hasScope(principal: Principal, scope: Scope): boolean {
  if (principal.scopes !== undefined && !principal.scopes.includes(scope)) return false;
  return usualScopes(principal).includes(scope);
}

/** True when `role` is no more than the principal's own. */
export const reachesRole = ({ role: own }: Principal, role: Role): boolean =>
  own !== null && ROLES.indexOf(role) <= ROLES.indexOf(own);
