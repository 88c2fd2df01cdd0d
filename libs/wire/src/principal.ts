import { DEFAULT_ORGANIZATION, type Organization } from './organization.js';
import { containerOf } from './agent-id.js';
import type { Scope } from './scopes.js';

export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export type PrincipalKind = 'user' | 'agent' | 'container' | 'service_account' | 'anonymous' | 'service';

/** Who asks, as the gateway established it. Everything a service decides about access starts here. */
export interface Principal {
  readonly kind: PrincipalKind;
  /** A user's `sub`, a complete agent id, a container id, a service account's name. */
  readonly subject: string;
  readonly organization: Organization;
  /** People and service accounts have one; agents and containers act by ownership instead. */
  readonly role: Role | null;
  readonly agentId?: string;
  readonly containerId?: string;
  readonly groups: readonly string[];
  /** The key id of the token used, so that a revocation can find it. */
  readonly credentialId?: string;
  /** All that the token used may be used for; without them: what its kind and role usually are (`usualScopes`). */
  readonly scopes?: readonly Scope[];
}

export const hasRole = (principal: Principal, least: Role): boolean =>
  principal.role !== null && ROLES.indexOf(principal.role) >= ROLES.indexOf(least);

/** An admin of the organization `default`, which is the installation's own, also administers the organizations. */
export const isPlatformAdmin = (principal: Principal): boolean =>
  principal.organization.id === DEFAULT_ORGANIZATION.id && hasRole(principal, 'admin');

/** An agent speaks for itself, a container for `container_id:*`. People and service accounts do not speak as agents. */
export function speaksFor(principal: Principal, agentId: string): boolean {
  if (principal.kind === 'agent') return principal.agentId === agentId;
  if (principal.kind === 'container')
    return principal.containerId !== undefined && containerOf(agentId) === principal.containerId;
  return false;
}

/** Whom something belongs to that was made on a principal's behalf, e.g. `user:9f3…`: unique within the organization. */
export const ownerOf = (principal: Principal): string => `${principal.kind}:${principal.subject}`;

const ROLLOUT_SLICES = 100;

/** FNV-1a over the subject: stable across processes, languages and releases, so an agent stays in its slice of a rollout. */
export function rolloutBucket(subject: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < subject.length; i++) {
    hash ^= subject.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return (hash >>> 0) % ROLLOUT_SLICES;
}
