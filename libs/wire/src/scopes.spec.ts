import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_ORGANIZATION } from './organization.js';
import type { Principal } from './principal.js';
import { hasScope, reachesRole, scopesOf, SCOPES, usualScopes } from './scopes.js';

const principal = (parts: Partial<Principal>): Principal => ({
  kind: 'user',
  subject: 'someone',
  organization: DEFAULT_ORGANIZATION,
  role: null,
  groups: [],
  ...parts,
});

describe('the scopes of credentials', () => {
  test('without a list are those of their kind and role, and each role has those of the one below it', () => {
    expect(scopesOf(principal({ kind: 'agent' }))).toContain('decisions:ask');
    expect(hasScope(principal({ kind: 'agent' }), 'policies:write')).toBe(false);
    const [viewer, operator, admin] = (['viewer', 'operator', 'admin'] as const).map((role) =>
      usualScopes({ kind: 'user', role }),
    );
    expect(operator).toEqual(expect.arrayContaining([...(viewer ?? [])]));
    expect(admin).toEqual(expect.arrayContaining([...(operator ?? [])]));
    expect(usualScopes({ kind: 'user', role: null })).toEqual([]);
  });

  test('a list limits and never adds', () => {
    const scopes = fc.subarray([...SCOPES]);
    const role = fc.constantFrom('viewer', 'operator', 'admin', null);
    fc.assert(
      fc.property(scopes, role, fc.constantFrom(...SCOPES), (list, had, scope) => {
        const one = principal({ role: had, scopes: list });
        const reaches = usualScopes(one).includes(scope) && list.includes(scope);
        expect(hasScope(one, scope)).toBe(reaches);
        expect(scopesOf(one).includes(scope)).toBe(reaches);
      }),
    );
    expect(scopesOf(principal({ role: 'admin', scopes: [] }))).toEqual([]);
  });
});

test('a role reaches itself and those below it; nobody without a role reaches any', () => {
  expect(reachesRole(principal({ role: 'operator' }), 'viewer')).toBe(true);
  expect(reachesRole(principal({ role: 'operator' }), 'operator')).toBe(true);
  expect(reachesRole(principal({ role: 'operator' }), 'admin')).toBe(false);
  expect(reachesRole(principal({ kind: 'container' }), 'viewer')).toBe(false);
});
