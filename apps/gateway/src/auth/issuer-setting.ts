import { isOrganizationSlug } from '@agion/wire';
import { algorithmsOf, type ClaimNames, type Issuer, type IssuerKeys } from './issuer.js';

/** A user can write `user_metadata` himself: nothing may be granted from there. */
export const GRANTING_CLAIM = /^(?!user_metadata(\.|$)|raw_user_meta_data(\.|$))\S+$/;
export const LEAST_SECRET = 32;

const MEMBERS = [
  'issuer',
  'audience',
  'supabase_project',
  'jwks_uri',
  'secret',
  'algorithms',
  'role_claim',
  'organization_claim',
  'groups_claim',
  'organization',
  'default_organization',
  'name',
] as const;
type Member = (typeof MEMBERS)[number];
type Entry = Readonly<Partial<Record<Member, unknown>>>;

const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;
const PROJECT = /^https?:\/\/[^/?#\s]+$/;
const KEYS_OF_PROJECT = '/auth/v1/.well-known/jwks.json';

/**
 * Reads the list of issuers, JSON.
 * @param usual the claims of an entry that names none of its own
 * @throws Error that says which entry is wrong and why, without the secret in it
 */
export function parseIssuers(text: string, usual: ClaimNames): Issuer[] {
  const entries = parseList(text);
  const issuers = entries.map((entry, index) => {
    try {
      return readIssuer(entry, usual);
    } catch (error) {
      throw new Error(`entry ${index + 1}: ${(error as Error).message}`, { cause: error });
    }
  });
  const fault = faultBetween(issuers);
  if (fault !== null) throw new Error(fault);
  return issuers;
}

/** What is wrong between issuers that are each right: two of one name, or users who could be taken for each other. */
export function faultBetween(issuers: readonly Issuer[]): string | null {
  for (const [index, one] of issuers.entries())
    for (const other of issuers.slice(index + 1)) {
      if (one.issuer === other.issuer) return `\`${one.issuer}\` is listed twice`;
      if (one.name !== null && one.name === other.name) return `two issuers have the name \`${one.name}\``;
      if (one.name === null && other.name === null && mayMeet(one, other))
        return `\`${one.issuer}\` and \`${other.issuer}\` sign users in for the same organizations: give one of them a \`name\`, or each its own \`organization\``;
      if (one.keys.secret !== undefined && one.keys.secret === other.keys.secret)
        return `\`${one.issuer}\` and \`${other.issuer}\` have the same secret, so that each could sign for the other`;
    }
  return null;
}

const mayMeet = (one: Issuer, other: Issuer): boolean =>
  one.organization === null || other.organization === null || one.organization === other.organization;

function parseList(text: string): unknown[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    list = undefined; // the parser's message would show what stands there, secrets too
  }
  if (!Array.isArray(list) || list.length === 0) throw new Error('not a JSON list with an object for each issuer');
  return list;
}

function readIssuer(value: unknown, usual: ClaimNames): Issuer {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not an object');
  const unknown = Object.keys(value).find((member) => !(MEMBERS as readonly string[]).includes(member));
  if (unknown !== undefined) throw new Error(`there is no member \`${unknown}\`; there are ${MEMBERS.join(', ')}`);
  const entry: Entry = value;
  const project = textOf(entry, 'supabase_project', PROJECT, 'an origin such as `https://<project>.supabase.co`');
  const keys = keysOf(entry, project);
  const issuer = textOf(entry, 'issuer') ?? (project && `${project}/auth/v1`);
  const audience = textOf(entry, 'audience') ?? (project && 'authenticated');
  if (issuer === undefined) throw new Error('`issuer` must be set: the `iss` of its tokens');
  if (audience === undefined) throw new Error('`audience` must be set: the `aud` of its tokens');
  const organization = slugOf(entry, 'organization') ?? null;
  return {
    issuer,
    audience,
    keys,
    algorithms: chosenAlgorithms(entry, keys),
    organization,
    name: textOf(entry, 'name', NAME, 'up to 32 of a to z, 0 to 9 and `-`') ?? null,
    roleClaim: claimOf(entry, 'role_claim') ?? usual.roleClaim,
    organizationClaim: claimOf(entry, 'organization_claim') ?? usual.organizationClaim,
    groupsClaim: claimOf(entry, 'groups_claim') ?? usual.groupsClaim,
    defaultOrganization: organization ?? slugOf(entry, 'default_organization') ?? usual.defaultOrganization,
  };
}

function keysOf(entry: Entry, project: string | undefined): IssuerKeys {
  const secret = textOf(entry, 'secret');
  const uri = textOf(entry, 'jwks_uri');
  if (secret !== undefined && uri !== undefined) throw new Error('`jwks_uri` and `secret` cannot both be set');
  if (secret !== undefined) {
    if (secret.length < LEAST_SECRET) throw new Error(`\`secret\` must have ${LEAST_SECRET} characters or more`);
    return { secret };
  }
  const published = uri ?? (project && project + KEYS_OF_PROJECT);
  if (published === undefined) throw new Error('`jwks_uri`, `secret` or `supabase_project` must be set');
  if (!URL.canParse(published)) throw new Error('`jwks_uri` is not a URL');
  return { published };
}

function chosenAlgorithms(entry: Entry, keys: IssuerKeys): readonly string[] {
  const possible = algorithmsOf(keys);
  const { algorithms = possible } = entry;
  if (
    !Array.isArray(algorithms) ||
    algorithms.length === 0 ||
    !algorithms.every((name: unknown) => (possible as unknown[]).includes(name))
  )
    throw new Error(`\`algorithms\` must be a list of ${possible.join(', ')}: the key decides which there are`);
  return algorithms as string[];
}

function textOf(entry: Entry, member: Member, pattern = /^\S[^]*$/, rule = 'text'): string | undefined {
  const value = entry[member];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !pattern.test(value)) throw new Error(`\`${member}\` must be ${rule}`);
  return value;
}

const claimOf = (entry: Entry, member: Member): string | undefined =>
  textOf(entry, member, GRANTING_CLAIM, 'a claim that users cannot write themselves (not `user_metadata`)');

function slugOf(entry: Entry, member: Member): string | undefined {
  const slug = textOf(entry, member);
  if (slug !== undefined && !isOrganizationSlug(slug))
    throw new Error(`\`${member}\` must be the slug of an organization`);
  return slug;
}
