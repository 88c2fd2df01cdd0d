/** Where the claims of an issuer's tokens stand that decide about access. */
export interface ClaimNames {
  readonly roleClaim: string;
  readonly organizationClaim: string;
  readonly groupsClaim: string;
  /** Where users without an organization claim belong; `null`: nowhere. */
  readonly defaultOrganization: string | null;
}

/** What an issuer's tokens are verified with; the algorithms follow from it, never from a token. */
export type IssuerKeys =
  { readonly secret: string; readonly published?: never } | { readonly published: string; readonly secret?: never };

/** Somebody who signs users in: a Supabase project, an OpenID provider, a program with a shared secret. */
export interface Issuer extends ClaimNames {
  /** The `iss` of its tokens, which no other issuer has. */
  readonly issuer: string;
  readonly audience: string;
  readonly keys: IssuerKeys;
  readonly algorithms: readonly string[];
  /** The one organization it signs users in for; `null`: those its tokens name. */
  readonly organization: string | null;
  /** Stands before the subjects of its users, as `<name>:<sub>`, so that they are not taken for another issuer's. */
  readonly name: string | null;
}

export const SECRET_ALGORITHMS: readonly string[] = ['HS256'];
export const PUBLISHED_ALGORITHMS: readonly string[] = ['ES256', 'RS256', 'EdDSA'];

export const algorithmsOf = (keys: IssuerKeys): readonly string[] =>
  keys.secret === undefined ? PUBLISHED_ALGORITHMS : SECRET_ALGORITHMS;

/** The subject of an issuer's user; `null` when it would be one of a user of another issuer. */
export function subjectOf(sub: string, name: string | null, issuers: readonly Issuer[]): string | null {
  if (name !== null) return `${name}:${sub}`;
  return issuers.some((other) => other.name !== null && sub.startsWith(`${other.name}:`)) ? null : sub;
}
