import { createHmac, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Canary, eventually, startCanary } from '@agion/testing';
import { SignJWT } from 'jose';
import { type Platform, startPlatform } from '../platform.js';
import { GuardedPrompts } from './guarded-prompts.js';
import { IdentityProvider, type TokenParts } from './identity-provider.js';
import { openRisk } from './risk.js';

/** Three issuers: published keys, a secret for the whole platform, and a secret for one organization. */
const ACME = { issuer: 'https://acme.test', secret: 'the secret of an issuer of one organization' };

let provider: IdentityProvider;
/** Another with published keys, whose key has the same id. */
let twin: IdentityProvider;
let platform: Platform;
let prompts: GuardedPrompts;
let canary: Canary;
beforeAll(async () => {
  provider = await IdentityProvider.start();
  twin = await IdentityProvider.start();
  canary = await startCanary();
  const issuers = [
    { name: 'oidc', issuer: provider.issuer, audience: 'agion', jwks_uri: `${provider.issuer}/keys` },
    { name: 'twin', issuer: twin.issuer, audience: 'agion', jwks_uri: `${twin.issuer}/keys` },
    { name: 'acme', ...ACME, audience: 'agion', organization: 'acme' },
  ];
  platform = await startPlatform({
    without: ['coordination', 'execution', 'governance'],
    env: {
      JWT_ISSUERS: JSON.stringify(issuers),
      AGION_OUTGOING_ALLOW_HOSTS: `${provider.host},${twin.host}`,
      GATEWAY_FAILURE_LIMIT: '1000000',
    },
  });
  prompts = new GuardedPrompts(platform);
}, 120_000);
afterAll(async () => {
  await platform?.stop();
  await provider?.goAway();
  await twin?.goAway();
  await canary?.close();
});

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = (): number => Math.floor(Date.now() / 1_000);
const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** Signed with a secret, as an admin of the platform unless something else is said. */
const hs256 = (secret: string, claims: Record<string, unknown>): Promise<string> =>
  new SignJWT({ app_metadata: { role: 'admin', organization: 'default' }, sub: 'ada', ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setAudience((claims.aud as string | undefined) ?? 'agion')
    .setExpirationTime('1h')
    .sign(Buffer.from(secret));

describe('a token that is not what it says', () => {
  const risk = openRisk('identity', 'JWT confusions', async () => prompts.worksWith(await provider.token()));

  const parts = (more: TokenParts) => (): Promise<string> => provider.token(more);
  const elsewhere = (): string => `http://127.0.0.1:${canary.port}/keys`;
  test.each<[string, () => Promise<string>]>([
    ['a foreign key', parts({ key: foreign.privateKey })],
    ['another issuer', parts({ claims: { iss: 'https://other.test' } })],
    ['no issuer', parts({ claims: { iss: undefined } })],
    ['a list of issuers', () => provider.token({ claims: { iss: [provider.issuer] } })],
    ['another audience', parts({ claims: { aud: 'other' } })],
    ['no audience', parts({ claims: { aud: undefined } })],
    ['no expiry', parts({ claims: { exp: undefined } })],
    ['an expiry that is text', parts({ claims: { exp: '9999999999' } })],
    ['an expiry that is past', parts({ claims: { exp: now() - 60 } })],
    ['a beginning that is to come', parts({ claims: { nbf: now() + 600 } })],
    ['no subject', parts({ claims: { sub: undefined } })],
    ['an empty subject', parts({ claims: { sub: '' } })],
    ['a subject of two lines', parts({ claims: { sub: 'a\nb' } })],
    ['a critical extension', parts({ header: { crit: ['urn:test'], 'urn:test': 1 } })],
    ['another type', parts({ header: { typ: 'dpop+jwt' } })],
    ['a key id that is a path', parts({ header: { kid: '../../../../dev/null' }, key: foreign.privateKey })],
    ['a key id that is SQL', parts({ header: { kid: "' OR 1=1 --" }, key: foreign.privateKey })],
    ['a key id that is a URL', () => provider.token({ header: { kid: elsewhere() }, key: foreign.privateKey })],
    ['jku', () => provider.token({ header: { jku: elsewhere(), kid: 'x' }, key: foreign.privateKey })],
    ['x5u', () => provider.token({ header: { x5u: elsewhere(), kid: 'x' }, key: foreign.privateKey })],
    [
      'its own key in the header',
      parts({ header: { jwk: foreign.publicKey.export({ format: 'jwk' }) }, key: foreign.privateKey }),
    ],
    ['the role of the database', parts({ claims: { role: 'service_role' } })],
    ['an anonymous sign-in', parts({ claims: { is_anonymous: true } })],
  ])('is refused: %s', async (_, token) => {
    await risk.attempt(async () => prompts.isRefused(await token()));
  });

  test.each(['none', 'None', 'NONE', 'nOnE', ''])('is refused without a signature, as `%s`', async (alg) => {
    const [, payload] = (await provider.token()).split('.');
    const header = encode({ alg, typ: 'JWT', kid: 'one' });
    await risk.attempt(() => prompts.isRefused(`${header}.${payload}.`));
  });

  test('is refused when a public key was used as a secret, in each of its forms', async () => {
    const { publicKey } = provider.keyOf('one');
    const secrets = [
      publicKey.export({ format: 'pem', type: 'spki' }),
      publicKey.export({ format: 'pem', type: 'spki' }).toString().trim(),
      publicKey.export({ format: 'der', type: 'spki' }),
      JSON.stringify(publicKey.export({ format: 'jwk' })),
    ];
    for (const secret of secrets)
      for (const alg of ['HS256', 'HS512']) {
        const [, payload] = (await provider.token()).split('.');
        const signed = `${encode({ alg, typ: 'JWT', kid: 'one' })}.${payload}`;
        const proof = createHmac(alg === 'HS256' ? 'sha256' : 'sha512', secret)
          .update(signed)
          .digest('base64url');
        await risk.attempt(() => prompts.isRefused(`${signed}.${proof}`));
      }
  });

  test('is refused when it was changed, also after the good one was believed', async () => {
    const good = await provider.token({ claims: { app_metadata: { role: 'viewer', organization: 'default' } } });
    const read = await platform.call('GET', '/api/v1/prompts', { token: good });
    expect(read.status).toBe(200);
    const [header, payload = '', proof = ''] = good.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const admin = encode({ ...claims, app_metadata: { role: 'admin', organization: 'default' } });
    const other = (await provider.token()).split('.');
    const changed = [
      `${header}.${admin}.${proof}`,
      `${header}.${admin}.`,
      `${header}.${admin}.${other[2]}`,
      `${header}.${other[1]}.${proof}`,
      `${encode({ alg: 'ES256', kid: 'two' })}.${payload}.${proof}`,
      `${header}.${admin}`,
      `${header}.${payload}.${proof}.${proof}`,
    ];
    for (const token of changed) await risk.attempt(() => prompts.isRefused(token));
  });

  test('gives a viewer no more for what he wrote about himself', async () => {
    const written = [{ user_metadata: { role: 'admin' } }, { roles: ['admin'] }, { 'app_metadata.role ': 'admin' }];
    for (const claims of written)
      await risk.attempt(async () => {
        const app_metadata = { organization: 'default' };
        await prompts.isRefused(await provider.token({ claims: { ...claims, app_metadata } }), [403]);
      });
  });

  test('leads nobody to an address of its own', () => {
    expect([canary.connections, canary.heard]).toEqual([0, []]);
  });
});

describe('an issuer', () => {
  const risk = openRisk('identity', 'issuers speaking for each other', async () => {
    await prompts.worksWith(await platform.person('operator'));
    await prompts.worksWith(await provider.token());
    await prompts.worksWith(await twin.token());
  });

  const own = (): { iss: string; secret: string } => ({
    iss: platform.env.JWT_ISSUER ?? '',
    secret: platform.env.SUPABASE_JWT_SECRET ?? '',
  });

  test.each<[string, () => Promise<string>, number]>([
    ['signs in the name of another', () => hs256(ACME.secret, { iss: own().iss }), 401],
    ['signs in the name of one with published keys', () => hs256(ACME.secret, { iss: provider.issuer }), 401],
    ['is named, and another signs', () => hs256(own().secret, { iss: ACME.issuer }), 401],
    ['signs with its published key for one with a secret', () => provider.token({ claims: { iss: own().iss } }), 401],
    ['signs for one whose key has the same id', () => twin.token({ claims: { iss: provider.issuer } }), 401],
    ['is signed for by one whose key has the same id', () => provider.token({ claims: { iss: twin.issuer } }), 401],
    ['grants in another organization', () => hs256(ACME.secret, { iss: ACME.issuer }), 403],
    [
      "names another's person",
      () => hs256(own().secret, { iss: own().iss, sub: 'oidc:ada', aud: platform.env.JWT_AUDIENCE }),
      401,
    ],
  ])('is refused when it %s', async (_, token, status) => {
    await risk.attempt(async () => prompts.isRefused(await token(), [status]));
  });
});

describe('published keys', () => {
  const risk = openRisk('identity', 'JWKS rotated and unreachable');

  test('follow a rotation at once, and are kept while the issuer is away', async () => {
    await risk.control(async () => prompts.worksWith(await provider.token()));
    provider.publish('two');
    const rotated = (): Promise<string> => provider.token({}, 'two');
    await risk.control(() =>
      eventually(async () => prompts.worksWith(await rotated()), { timeoutMs: 20_000, intervalMs: 500 }),
    );
    const withdrawn = provider.keyOf('one').privateKey;
    await risk.attempt(async () => prompts.isRefused(await provider.token({}, 'one')));
    await risk.attempt(async () => prompts.isRefused(await provider.token({ key: withdrawn }, 'two')));

    const asked = provider.asked;
    await risk.attempt(async () => {
      for (let i = 0; i < 50; i++)
        await prompts.isRefused(await provider.token({ header: { kid: `made-up-${i}` }, key: foreign.privateKey }));
      expect(provider.asked - asked).toBeLessThanOrEqual(2);
    }, 50);

    await provider.goAway();
    for (const token of [
      provider.token({}, 'one'),
      provider.token({ key: withdrawn }, 'two'),
      provider.token({ key: foreign.privateKey }, 'two'),
      provider.token({ header: { kid: 'made-up' }, key: foreign.privateKey }),
    ])
      await risk.attempt(async () => prompts.isRefused(await token, [401, 503]));
    await risk.control(async () => prompts.worksWith(await rotated()));
  }, 60_000);
});
