import { describe, expect, it } from '@jest/globals';
import { parseIssuers } from './issuer-setting.js';
import type { ClaimNames } from './issuer.js';

const USUAL: ClaimNames = {
  roleClaim: 'app_metadata.role',
  organizationClaim: 'app_metadata.organization',
  groupsClaim: 'app_metadata.groups',
  defaultOrganization: null,
};
const SECRET = 'a secret of more than thirty-two characters';
const parse = (...entries: unknown[]): ReturnType<typeof parseIssuers> => parseIssuers(JSON.stringify(entries), USUAL);

describe('the list of issuers', () => {
  it('takes a Supabase project by its address alone', () => {
    expect(parse({ supabase_project: 'https://p.supabase.co' })).toEqual([
      {
        issuer: 'https://p.supabase.co/auth/v1',
        audience: 'authenticated',
        keys: { published: 'https://p.supabase.co/auth/v1/.well-known/jwks.json' },
        algorithms: ['ES256', 'RS256', 'EdDSA'],
        organization: null,
        name: null,
        ...USUAL,
      },
    ]);
  });

  it('takes a Supabase project with its legacy secret', () => {
    expect(parse({ supabase_project: 'https://p.supabase.co', secret: SECRET })).toMatchObject([
      { issuer: 'https://p.supabase.co/auth/v1', keys: { secret: SECRET }, algorithms: ['HS256'] },
    ]);
  });

  it('takes each with claims, algorithms and an organization of its own', () => {
    const entry = {
      issuer: 'https://login.example.com',
      audience: 'agion',
      jwks_uri: 'https://login.example.com/keys',
      algorithms: ['ES256'],
      role_claim: 'https://agion.example/role',
      groups_claim: 'groups',
      organization: 'acme',
      name: 'acme',
    };
    expect(parse(entry)).toMatchObject([
      {
        algorithms: ['ES256'],
        roleClaim: 'https://agion.example/role',
        groupsClaim: 'groups',
        organizationClaim: 'app_metadata.organization',
        organization: 'acme',
        defaultOrganization: 'acme',
        name: 'acme',
      },
    ]);
  });

  const good = { issuer: 'https://a.test', audience: 'agion', secret: SECRET };
  const other = { ...good, issuer: 'https://b.test', secret: `another, ${SECRET}` };

  it.each([
    [[], 'a JSON list'],
    [['x'], 'entry 1: not an object'],
    [[good, { ...other, secrets: 1 }], 'entry 2: there is no member `secrets`'],
    [[{ ...good, issuer: undefined }], '`issuer` must be set'],
    [[{ ...good, audience: undefined }], '`audience` must be set'],
    [[{ ...good, audience: '' }], '`audience` must be text'],
    [[{ ...good, audience: ['agion'] }], '`audience` must be text'],
    [[{ ...good, secret: undefined }], '`jwks_uri`, `secret` or `supabase_project` must be set'],
    [[{ ...good, secret: 'short' }], '32 characters'],
    [[{ ...good, jwks_uri: 'https://a.test/keys' }], 'cannot both be set'],
    [[{ ...good, algorithms: ['ES256'] }], '`algorithms` must be a list of HS256'],
    [[{ ...good, algorithms: ['none'] }], '`algorithms` must be a list of HS256'],
    [[{ ...good, algorithms: [] }], '`algorithms` must be a list of HS256'],
    [
      [{ issuer: 'i', audience: 'a', jwks_uri: 'https://a.test', algorithms: ['HS256'] }],
      'list of ES256, RS256, EdDSA',
    ],
    [[{ issuer: 'i', audience: 'a', jwks_uri: 'nowhere' }], '`jwks_uri` is not a URL'],
    [[{ ...good, role_claim: 'user_metadata.role' }], 'users cannot write themselves'],
    [[{ ...good, organization: '../acme' }], '`organization` must be the slug'],
    [[{ ...good, name: 'a:b' }], '`name` must be'],
    [[good, good], 'listed twice'],
    [[good, { ...other, secret: SECRET, name: 'x' }], 'have the same secret'],
    [[good, other], 'give one of them a `name`'],
    [[good, { ...other, organization: 'acme' }], 'give one of them a `name`'],
    [
      [
        { ...good, name: 'x' },
        { ...other, name: 'x' },
      ],
      'two issuers have the name `x`',
    ],
  ])('refuses %j, and says why', (entries, why) => {
    expect(() => parse(...entries)).toThrow(why);
  });

  it('takes two issuers whose users cannot be taken for each other', () => {
    expect(parse(good, { ...other, name: 'partners' })).toHaveLength(2);
    expect(parse({ ...good, organization: 'a' }, { ...other, organization: 'b' })).toHaveLength(2);
  });

  it.each([`[{"secret": "${SECRET}"`, `[{"issuer": 1, "secret": "${SECRET}"}]`])('shows no secret of %s', (text) => {
    let said = '';
    try {
      parseIssuers(text, USUAL);
    } catch (error) {
      said = String(error);
    }
    expect(said).toMatch(/not a JSON list|must be text/);
    expect(said).not.toContain(SECRET);
  });
});
