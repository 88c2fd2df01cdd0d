import { DomainError, ForbiddenError, ValidationFailedError } from '@agion/service-kit';
import { type Principal, reachesRole, type Role, type Scope, scopesOf, usualScopes } from '@agion/wire';

/** Whom new credentials are for. */
export type Holder = Pick<Principal, 'kind' | 'role'>;

/** Somebody would hand out more than he has. */
export class ScopeTooWideError extends DomainError {
  constructor(scopes: readonly Scope[]) {
    super(
      'forbidden',
      `these credentials do not have \`${scopes.join('`, `')}\` and cannot hand out more than they have`,
      {
        extensions: { scopes },
        hint: 'ask for fewer `scopes`, or use credentials that have them',
      },
    );
  }
}

/**
 * The scopes of new credentials: those asked for, and without a list those that are usual for the holder as far as the issuer has
 * them. Null: the usual ones, whatever they will be.
 * @throws ScopeTooWideError when the issuer lacks one of them; ValidationFailedError when the holder can never have one
 */
export function grantedScopes(
  issuer: Principal,
  holder: Holder,
  asked: readonly Scope[] | null,
): readonly Scope[] | null {
  const usual = usualScopes(holder);
  const own = scopesOf(issuer);
  const granted = asked ?? usual.filter((scope) => own.includes(scope));
  const never = granted.filter((scope) => !usual.includes(scope));
  if (never.length > 0)
    throw new ValidationFailedError([
      { pointer: '/scopes', detail: `\`${never.join('`, `')}\` is nothing for ${nameOf(holder)}` },
    ]);
  const beyond = granted.filter((scope) => !own.includes(scope));
  if (beyond.length > 0) throw new ScopeTooWideError(beyond);
  if (granted.length === 0 && asked === null) throw new ScopeTooWideError(usual);
  const all = asked === null && issuer.scopes === undefined && granted.length === usual.length;
  return all ? null : granted;
}

/** @throws ForbiddenError when the role is more than the issuer's own */
export function requireReachesRole(issuer: Principal, role: Role): void {
  if (!reachesRole(issuer, role))
    throw new ForbiddenError(`the role \`${role}\` is more than these credentials have`, 'an `admin` can hand it out');
}

/** @throws ScopeTooWideError when credentials with these scopes could do what the issuer cannot */
export function requireReachesScopes(issuer: Principal, holder: Holder, scopes: readonly Scope[] | null): void {
  const own = scopesOf(issuer);
  const beyond = effectiveScopes(holder, scopes).filter((scope) => !own.includes(scope));
  if (beyond.length > 0) throw new ScopeTooWideError(beyond);
}

/** What a credential reaches, as it is told to people. */
export const effectiveScopes = ({ kind, role }: Holder, scopes: readonly Scope[] | null): Scope[] =>
  usualScopes({ kind, role }).filter((scope) => scopes === null || scopes.includes(scope));

const nameOf = ({ kind, role }: Holder): string => (role === null ? `\`${kind}\` credentials` : `the role \`${role}\``);
