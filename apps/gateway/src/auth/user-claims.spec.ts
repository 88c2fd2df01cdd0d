import { describe, expect, it } from '@jest/globals';
import { readUser, type Reading } from './user-claims.js';

const NAMES: Reading = {
  roleClaim: 'app_metadata.role',
  organizationClaim: 'app_metadata.organization',
  groupsClaim: 'app_metadata.groups',
  defaultOrganization: 'default',
  organization: null,
};

const read = (claims: Record<string, unknown>, names: Partial<Reading> = {}): ReturnType<typeof readUser> =>
  readUser({ sub: 'ada', exp: 1, ...claims }, { ...NAMES, ...names });

describe('what a user token says', () => {
  it('takes role, organization and groups from the configured claims', () => {
    const app_metadata = { role: 'operator', organization: 'acme', groups: ['finance', 7, 'risk'] };
    expect(read({ role: 'authenticated', app_metadata })).toEqual({
      role: 'operator',
      organization: 'acme',
      groups: ['finance', 'risk'],
    });
  });

  it('makes a user without a role claim a viewer of the default organization', () => {
    expect(read({ role: 'authenticated' })).toMatchObject({ role: 'viewer', organization: 'default' });
    expect(read({})).toMatchObject({ role: 'viewer', organization: 'default' });
  });

  it('gives nothing for what a user wrote himself', () => {
    const user_metadata = { role: 'admin', organization: 'acme', app_metadata: { role: 'admin' } };
    expect(read({ role: 'authenticated', user_metadata })).toMatchObject({ role: 'viewer', organization: 'default' });
  });

  it('does not take the role of the database for one of ours', () => {
    expect(() => read({ role: 'admin' })).toThrow(/names no role/);
    expect(() => read({ role: 'postgres' })).toThrow(/names no role/);
  });

  it.each(['anon', 'service_role', 'supabase_admin'])('refuses the %s key as a user', (role) => {
    expect(() => read({ role, app_metadata: { role: 'admin' } })).toThrow(/not one of a signed-in user/);
  });

  it('refuses anonymous sign-ins', () => {
    expect(() => read({ role: 'authenticated', is_anonymous: true })).toThrow(/not one of a signed-in user/);
  });

  it.each(['root', 'Admin', '', 3, ['admin'], { admin: true }])('refuses the unknown role %p', (role) => {
    expect(() => read({ app_metadata: { role } })).toThrow(/names no role/);
  });

  it('reads claims with dots and slashes in their names', () => {
    const names = { roleClaim: 'https://agion.example/role' };
    expect(read({ 'https://agion.example/role': 'admin' }, names)).toMatchObject({ role: 'admin' });
    expect(read({ role: 'operator' }, { roleClaim: 'role' })).toMatchObject({ role: 'operator' });
  });

  it('follows own members only', () => {
    const names = { organizationClaim: 'constructor.name', defaultOrganization: null };
    expect(() => read({}, names)).toThrow(/names no organization/);
  });

  it('lets an issuer speak for its own organization only', () => {
    const own = { organization: 'acme', defaultOrganization: 'acme' };
    expect(read({ app_metadata: { organization: 'acme', role: 'admin' } }, own)).toMatchObject({ role: 'admin' });
    expect(read({}, own)).toMatchObject({ organization: 'acme' });
    expect(() => read({ app_metadata: { organization: 'default' } }, own)).toThrow(/signs nobody in for .*`default`/);
  });

  it('refuses users that belong nowhere', () => {
    expect(() => read({}, { defaultOrganization: null })).toThrow(/names no organization/);
    expect(() => read({ app_metadata: { organization: 'org:x' } })).toThrow(/names no organization/);
    expect(() => read({ app_metadata: { organization: '../acme' } })).toThrow(/names no organization/);
  });
});
