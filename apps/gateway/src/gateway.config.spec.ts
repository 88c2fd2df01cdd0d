import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadSettings } from '@agion/service-kit';
import { testEnvironment } from '@agion/testing';
import { GatewaySettings } from './gateway.config.js';

const PROJECT = { supabase_project: 'https://abcdefgh.supabase.co' };
const secret = (): string => randomBytes(32).toString('base64url');

let usual: Record<string, string>;
beforeAll(async () => {
  const env = await testEnvironment({
    databaseUrl: 'postgres://unused',
    redisUrl: 'redis://127.0.0.1:1',
    mode: 'production',
  });
  const { SUPABASE_JWT_SECRET: _secret, JWT_ISSUER: _issuer, JWT_AUDIENCE: _audience, ...rest } = env;
  usual = rest;
});

const load = (env: Record<string, string>): GatewaySettings =>
  loadSettings('gateway', GatewaySettings, { ...usual, ...env });
const listed = (...issuers: object[]): Record<string, string> => ({ JWT_ISSUERS: JSON.stringify(issuers) });
const short = (): Record<string, string> => ({ SUPABASE_JWT_SECRET: secret(), JWT_ISSUER: 'https://one.test' });

describe('who signs people in', () => {
  it('is one issuer by its variables, several by the list, or both', () => {
    const named = { ...PROJECT, name: 'project' };
    expect(load(short()).issuers.map(({ issuer }) => issuer)).toEqual(['https://one.test']);
    expect(load(listed(PROJECT)).issuers).toMatchObject([{ audience: 'authenticated', defaultOrganization: null }]);
    expect(load({ ...short(), ...listed(named) }).issuers).toHaveLength(2);
    expect(load({ JWT_ISSUER: 'without-a-key', ...listed(PROJECT) }).issuers).toHaveLength(1);
  });

  it('has the claims and the organization that the variables say, unless it says others', () => {
    const env = { JWT_ROLE_CLAIM: 'agion_role', JWT_DEFAULT_ORGANIZATION: 'acme', ...listed(PROJECT) };
    expect(load(env).issuers).toMatchObject([{ roleClaim: 'agion_role', defaultOrganization: 'acme' }]);
  });

  it('may have claims and addresses whose names are those of examples', () => {
    const issuer = { issuer: 'https://login.example.com', audience: 'a', jwks_uri: 'https://login.example.com/keys' };
    expect(load(listed({ ...issuer, role_claim: 'https://agion.example/role' })).issuers).toHaveLength(1);
  });

  it.each<[string, () => Record<string, string>, string]>([
    ['nobody', () => ({}), 'must be set, and not both, or JWT_ISSUERS'],
    ['an issuer without a name', () => ({ SUPABASE_JWT_SECRET: secret() }), 'JWT_ISSUER must be set'],
    ['one with two keys', () => ({ ...short(), JWT_JWKS_URI: 'https://one.test/keys' }), 'and not both'],
    ['two that can be taken for each other', () => ({ ...short(), ...listed(PROJECT) }), 'give one of them a `name`'],
    [
      'the same one twice',
      () => ({ ...short(), JWT_ISSUER: 'https://abcdefgh.supabase.co/auth/v1', ...listed({ ...PROJECT, name: 'p' }) }),
      'listed twice',
    ],
    ['keys that anybody could change on the way', () => listed({ supabase_project: 'http://p.test' }), 'https:// URL'],
    ['no list', () => ({ JWT_ISSUERS: '{}' }), 'not a JSON list'],
    [
      'a secret that anybody would guess',
      () => listed({ issuer: 'i', audience: 'a', secret: 'change-me-change-me-change-me-change-me' }),
      'holds `change-me`',
    ],
  ])('is not %s', (_, env, why) => {
    expect(() => load(env())).toThrow(why);
  });

  it('is not two with one secret', () => {
    const both = secret();
    const issuers = ['one', 'two'].map((name) => ({ name, issuer: name, audience: 'a', secret: both }));
    expect(() => load(listed(...issuers))).toThrow('same secret');
    expect(() => load({ SUPABASE_JWT_SECRET: both, JWT_ISSUER: 'x', ...listed({ ...issuers[0] }) })).toThrow(
      'same secret',
    );
  });

  it('is not said when it is wrong', () => {
    const hidden = secret();
    let said = '';
    try {
      load(listed({ issuer: 1, secret: hidden }));
    } catch (error) {
      said = String(error);
    }
    expect(said).toContain('JWT_ISSUERS');
    expect(said).not.toContain(hidden);
  });
});

describe('header mode', () => {
  it('is off, and on with a secret and an organization', () => {
    expect(load(short()).headerSecret).toBeUndefined();
    const on = { ...short(), GATEWAY_HEADER_SECRET: secret(), GATEWAY_HEADER_ORGANIZATION: 'acme' };
    expect(load(on)).toMatchObject({ headerSecret: on.GATEWAY_HEADER_SECRET, headerOrganization: 'acme' });
  });

  it.each<[string, Record<string, string>, string]>([
    ['without an organization', { GATEWAY_HEADER_SECRET: secret() }, 'needs GATEWAY_HEADER_ORGANIZATION'],
    ['with a short secret', { GATEWAY_HEADER_SECRET: 'short' }, '32 characters'],
    ['with a secret of examples', { GATEWAY_HEADER_SECRET: 'changeme'.repeat(5) }, 'holds `changeme`'],
  ])('does not start %s', (_, env, why) => {
    expect(() => load({ ...short(), ...env })).toThrow(why);
  });
});
