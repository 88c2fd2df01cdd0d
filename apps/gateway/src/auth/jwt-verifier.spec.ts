import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, type JWTHeaderParameters, SignJWT } from 'jose';
import { OutgoingClient } from '@agion/service-kit';
import { FORBIDDEN_HOSTS, startCanary } from '@agion/testing';
import { algorithmsOf, type Issuer, type IssuerKeys } from './issuer.js';
import { JwtVerifier } from './jwt-verifier.js';

const SECRET = 'a secret of more than thirty-two characters';
const ISSUER = 'https://issuer.test';
const AUDIENCE = 'agion';
const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const ed = generateKeyPairSync('ed25519');

const QUIET = { warn: () => undefined };
const issuerOf = (keys: IssuerKeys, more: Partial<Issuer> = {}): Issuer => ({
  issuer: ISSUER,
  audience: AUDIENCE,
  keys,
  algorithms: algorithmsOf(keys),
  organization: null,
  name: null,
  roleClaim: 'app_metadata.role',
  organizationClaim: 'app_metadata.organization',
  groupsClaim: 'app_metadata.groups',
  defaultOrganization: null,
  ...more,
});
const verifierOf = (outgoing: OutgoingClient, ...issuers: Issuer[]): JwtVerifier =>
  new JwtVerifier({ issuers }, outgoing, QUIET);

interface Parts {
  header?: Partial<JWTHeaderParameters> & Record<string, unknown>;
  claims?: Record<string, unknown>;
  key?: KeyObject | Uint8Array;
}

const now = (): number => Math.floor(Date.now() / 1_000);
const goodClaims = (): Record<string, unknown> => ({ iss: ISSUER, aud: AUDIENCE, sub: 'ada', exp: now() + 60 });

/** A token that is good but for what the test changes. A claim set to undefined is left out. */
const token = ({ header = {}, claims = {}, key = own.privateKey }: Parts = {}): Promise<string> =>
  new SignJWT(JSON.parse(JSON.stringify({ ...goodClaims(), ...claims })) as Record<string, unknown>)
    .setProtectedHeader({ alg: 'ES256', kid: 'own', typ: 'JWT', ...header })
    .sign(key, { crit: { 'urn:test': true } });

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const unsigned = (header: object): string => `${encode(header)}.${encode(goodClaims())}`;

describe('a verifier with published keys', () => {
  let server: Server;
  let asked: string[];
  let verifier: JwtVerifier;
  let outgoing: OutgoingClient;

  beforeAll(async () => {
    const keys = await Promise.all(
      [
        { key: own.publicKey, kid: 'own' },
        { key: rsa.publicKey, kid: 'rsa' },
        { key: ed.publicKey, kid: 'ed' },
      ].map(async ({ key, kid }) => ({ ...(await exportJWK(key)), kid })),
    );
    asked = [];
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const jwksUri = `http://127.0.0.1:${port}/keys`;
    outgoing = new OutgoingClient({ allowed: [{ host: '127.0.0.1', port }] });
    verifier = verifierOf(outgoing, issuerOf({ published: jwksUri }));
  });

  afterAll(async () => {
    await outgoing.onApplicationShutdown();
    server.close();
  });

  it.each([
    ['ES256', {}],
    ['RS256', { header: { alg: 'RS256', kid: 'rsa' }, key: rsa.privateKey }],
    ['EdDSA', { header: { alg: 'EdDSA', kid: 'ed' }, key: ed.privateKey }],
    ['an access token of RFC 9068', { header: { typ: 'at+jwt' } }],
    ['no type at all', { header: { typ: undefined } }],
    ['a subject of any script', { claims: { sub: 'Zoë 🦉 | auth0' } }],
    ['several audiences, ours among them', { claims: { aud: ['other', AUDIENCE] } }],
  ] satisfies [string, Parts][])('believes a good token: %s', async (_, parts) => {
    const sub = (parts as Parts).claims?.sub ?? 'ada';
    await expect(verifier.verify(await token(parts))).resolves.toMatchObject({ subject: sub });
  });

  it.each([
    ['a foreign key', { key: foreign.privateKey }],
    ['another issuer', { claims: { iss: 'https://other.test' } }],
    ['no issuer', { claims: { iss: undefined } }],
    ['another audience', { claims: { aud: 'other' } }],
    ['no audience', { claims: { aud: undefined } }],
    ['no expiry', { claims: { exp: undefined } }],
    ['an expiry in the past', { claims: { exp: now() - 60 } }],
    ['a start in the future', { claims: { nbf: now() + 600 } }],
    ['an issue in the future', { claims: { iat: now() + 600 } }],
    ['no subject', { claims: { sub: undefined } }],
    ['an empty subject', { claims: { sub: '' } }],
    ['a number as its subject', { claims: { sub: 7 } }],
    ['a list as its subject', { claims: { sub: ['ada'] } }],
    ['an object as its subject', { claims: { sub: { name: 'ada' } } }],
    ['a subject with a NUL', { claims: { sub: 'a\0da' } }],
    ['a subject with a line break', { claims: { sub: 'a\nda' } }],
    ['a subject with half a character', { claims: { sub: 'a\ud83dda' } }],
    ['a subject without end', { claims: { sub: 'a'.repeat(256) } }],
    ['a critical extension', { header: { crit: ['urn:test'], 'urn:test': 1 } }],
    ['another type', { header: { typ: 'dpop+jwt' } }],
    ['a type that is no text', { header: { typ: 5 as never } }],
    ['a type that is an object', { header: { typ: {} as never } }],
    ['a key id that is a path', { header: { kid: '../../../../dev/null' } }],
    ['a key id that is a URL', { header: { kid: 'https://attacker.test/key' }, key: foreign.privateKey }],
    [
      'its own key in the header',
      { header: { jwk: foreign.publicKey.export({ format: 'jwk' }), kid: undefined }, key: foreign.privateKey },
    ],
    [
      'a place to fetch its key from',
      { header: { jku: 'http://127.0.0.1:1/keys', kid: 'x' }, key: foreign.privateKey },
    ],
  ] satisfies [string, Parts][])('refuses %s', async (_, parts) => {
    await expect(verifier.verify(await token(parts))).rejects.toMatchObject({ problem: 'unauthenticated' });
  });

  it('refuses a token without a signature, whatever it calls that', async () => {
    for (const alg of ['none', 'None', 'NONE', '']) {
      const refused = verifier.verify(`${unsigned({ alg, typ: 'JWT' })}.`);
      await expect(refused).rejects.toMatchObject({ problem: 'unauthenticated' });
    }
  });

  it('refuses HS256 with the public key as the secret', async () => {
    const pem = own.publicKey.export({ format: 'pem', type: 'spki' });
    const body = unsigned({ alg: 'HS256', kid: 'own', typ: 'JWT' });
    const forged = `${body}.${createHmac('sha256', pem).update(body).digest('base64url')}`;
    await expect(verifier.verify(forged)).rejects.toMatchObject({ problem: 'unauthenticated' });
  });

  it('refuses a payload that was changed, also after the good one was believed', async () => {
    const [header, , signature] = (await token()).split('.');
    const changed = encode({ ...goodClaims(), app_metadata: { role: 'admin' } });
    await expect(verifier.verify(`${header}.${changed}.${signature}`)).rejects.toMatchObject({
      problem: 'unauthenticated',
    });
  });

  it('fetches keys from its own address only', () => {
    expect(new Set(asked)).toEqual(new Set(['/keys']));
  });

  it('fetches none from where it must not, and those it may before and after', async () => {
    const canary = await startCanary();
    const careless = new OutgoingClient({ schemes: ['http:', 'https:'], ports: [canary.port] }); // only the address is a wall
    for (const host of FORBIDDEN_HOSTS)
      for (const scheme of ['http', 'https']) {
        const jwksUri = `${scheme}://${host}:${canary.port}/keys`;
        const lost = verifierOf(careless, issuerOf({ published: jwksUri }));
        await expect(lost.verify(await token())).rejects.toMatchObject({ problem: 'unavailable' });
      }
    await expect(verifier.verify(await token())).resolves.toMatchObject({ subject: 'ada' });
    expect([canary.connections, canary.heard]).toEqual([0, []]);
    await canary.close();
  });

  it('says that keys cannot be fetched, rather than that the token is wrong', async () => {
    const listed = new OutgoingClient({ allowed: [{ host: '127.0.0.1', port: 1 }] });
    const away = verifierOf(listed, issuerOf({ published: 'http://127.0.0.1:1/keys' }));
    await expect(away.verify(await token())).rejects.toMatchObject({ problem: 'unavailable' });
  });
});

describe('a verifier with a shared secret', () => {
  const verifier = verifierOf(new OutgoingClient(), issuerOf({ secret: SECRET }));
  const key = new TextEncoder().encode(SECRET);

  it('believes HS256 with that secret', async () => {
    const good = await token({ header: { alg: 'HS256' }, key });
    await expect(verifier.verify(good)).resolves.toMatchObject({ subject: 'ada' });
  });

  it.each([
    ['another secret', { header: { alg: 'HS256' }, key: new TextEncoder().encode('x'.repeat(40)) }],
    ['HS512 with the same secret', { header: { alg: 'HS512' }, key: new TextEncoder().encode(SECRET.padEnd(64)) }],
    ['ES256', {}],
  ] satisfies [string, Parts][])('refuses %s', async (_, parts) => {
    await expect(verifier.verify(await token(parts))).rejects.toMatchObject({ problem: 'unauthenticated' });
  });

  it('lets clocks differ by five seconds and not more', async () => {
    const short = await token({ header: { alg: 'HS256' }, claims: { exp: now() - 3 }, key }); // within the leeway
    await expect(verifier.verify(short)).resolves.toMatchObject({ subject: 'ada' });
    const over = await token({ header: { alg: 'HS256' }, claims: { exp: now() - 6 }, key });
    await expect(verifier.verify(over)).rejects.toMatchObject({ problem: 'unauthenticated' });
  });
});

describe('a verifier with several issuers', () => {
  const KEYS = { a: 'a'.repeat(32), b: 'b'.repeat(32) };
  const one = issuerOf({ secret: KEYS.a }, { issuer: 'https://a.test' });
  const other = issuerOf({ secret: KEYS.b }, { issuer: 'https://b.test', audience: 'other', name: 'partners' });
  const verifier = verifierOf(new OutgoingClient(), one, other);
  const signed = (iss: string, aud: string, key: string, sub = 'ada'): Promise<string> =>
    token({ header: { alg: 'HS256' }, claims: { iss, aud, sub }, key: Buffer.from(key) });

  it('asks the one a token names, and no other', async () => {
    const mine = await verifier.verify(await signed('https://a.test', AUDIENCE, KEYS.a));
    expect([mine.issuer, mine.subject]).toEqual([one, 'ada']);
    const theirs = await verifier.verify(await signed('https://b.test', 'other', KEYS.b));
    expect([theirs.issuer, theirs.subject]).toEqual([other, 'partners:ada']);
  });

  it.each([
    ['the key of the other', 'https://a.test', AUDIENCE, KEYS.b],
    ['its own key and the audience of the other', 'https://a.test', 'other', KEYS.a],
    ['its own key and the name of the other', 'https://b.test', 'other', KEYS.a],
    ['an issuer nobody knows', 'https://c.test', AUDIENCE, KEYS.a],
    ['no issuer', '', AUDIENCE, KEYS.a],
  ])('refuses a token with %s', async (_, iss, aud, key) => {
    await expect(verifier.verify(await signed(iss, aud, key))).rejects.toMatchObject({ problem: 'unauthenticated' });
  });

  it("lets no issuer speak of another's users", async () => {
    const foreign = await signed('https://a.test', AUDIENCE, KEYS.a, 'partners:ada');
    await expect(verifier.verify(foreign)).rejects.toMatchObject({ problem: 'unauthenticated' });
  });
});
