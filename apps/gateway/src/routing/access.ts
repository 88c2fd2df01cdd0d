import { hasRole, isPlatformAdmin, type Principal } from '@agion/wire';

/** Who may call a route at all. Ownership (is it your agent?) is the owning service's question. */
export const ACCESS = {
  /** Nobody is asked who they are. */
  open: () => true,
  /** Agents, containers and operators; in development also callers without any token. */
  'open-in-development': (caller: Principal) => caller.kind === 'anonymous' || isAgent(caller) || isOperator(caller),
  /** Everybody with a role, and agents. */
  'signed-in': (caller: Principal) => isAgent(caller) || hasRole(caller, 'viewer'),
  /** Agents and containers for themselves, operators for them. */
  agents: (caller: Principal) => isAgent(caller) || isOperator(caller),
  viewer: (caller: Principal) => hasRole(caller, 'viewer'),
  operator: (caller: Principal) => isOperator(caller),
  admin: (caller: Principal) => hasRole(caller, 'admin'),
  /** Admins of the organization `default`. */
  'platform-admin': (caller: Principal) => isPlatformAdmin(caller),
} as const satisfies Record<string, (caller: Principal) => boolean>;

export type AccessRule = keyof typeof ACCESS;

const isAgent = ({ kind }: Principal): boolean => kind === 'agent' || kind === 'container';
const isOperator = (caller: Principal): boolean => hasRole(caller, 'operator');

/** True when the rule lets the caller pass. An anonymous caller passes only where `open-in-development` stands. */
export const mayCall = (rule: AccessRule, caller: Principal): boolean => ACCESS[rule](caller);
