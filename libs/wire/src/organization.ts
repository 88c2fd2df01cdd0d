/** A tenant of the platform. `id` (UUID) is what Postgres sees, `slug` is what Redis names and people see. */
export interface Organization {
  readonly id: string;
  readonly slug: string;
}

/** The organization every installation starts with; the first migration creates it under this fixed id. */
export const DEFAULT_ORGANIZATION: Organization = {
  id: '00000000-0000-7000-8000-000000000001',
  slug: 'default',
};

const SLUG = /^[a-z0-9][a-z0-9-]{0,38}$/;

export const isOrganizationSlug = (value: string): boolean => SLUG.test(value);

/**
 * The prefix of every Redis name of an organization: empty for the default one (the published names), `org:<slug>:` for others.
 * @throws RangeError on a slug that could reach into another organization's names.
 */
export function redisPrefix(slug: string): string {
  if (slug === DEFAULT_ORGANIZATION.slug) return '';
  if (!isOrganizationSlug(slug)) throw new RangeError(`\`${slug}\` is not an organization slug`);
  return `org:${slug}:`;
}
