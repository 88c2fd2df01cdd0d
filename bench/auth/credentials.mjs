import { createHash, createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { exportJWK, SignJWT } from 'jose';
import { call } from '../http/public-api.mjs';

const LIFETIME = '1h';

/** An issuer with a secret, and one with keys at an address. `token()` is like no other, and good. */
export async function startIssuers(ending) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256' }];
  const server = createServer((_, response) => response.end(JSON.stringify({ keys }))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ending.atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = `127.0.0.1:${server.address().port}`;
  const published = { issuer: `http://${address}`, audience: 'agion', jwks_uri: `http://${address}/keys` };
  const shared = { issuer: 'bench', audience: 'agion', secret: randomUUID() + randomUUID(), name: 'shared' };
  const signer =
    ({ issuer, audience }, header, key) =>
    () =>
      new SignJWT({ app_metadata: { role: 'viewer', organization: 'default' }, jti: randomUUID() })
        .setProtectedHeader({ typ: 'JWT', ...header })
        .setSubject('bench-reader')
        .setIssuer(issuer)
        .setAudience(audience)
        .setExpirationTime(LIFETIME)
        .sign(key);
  return {
    settings: {
      JWT_ISSUERS: JSON.stringify([{ ...published, name: 'published' }, shared]),
      AGION_OUTGOING_ALLOW_HOSTS: address,
    },
    hs256: signer(shared, { alg: 'HS256' }, Buffer.from(shared.secret)),
    es256: signer(published, { alg: 'ES256', kid: 'bench' }, privateKey),
  };
}

/** Registers agents. @returns a token of each */
export async function registerAgents(origin, operator, count) {
  const tokens = [];
  for (let i = 0; i < count; i++) {
    const body = { agent_id: `bench:reader-${i}`, name: 'Reader' };
    const answer = await call(origin, 'POST', '/api/v1/agents/register', { token: operator, body });
    if (answer.status !== 201) throw new Error(`registration was answered ${answer.status}: ${answer.body}`);
    tokens.push(JSON.parse(answer.body).token);
  }
  return tokens;
}

/** The headers of an edge function, for one GET: see docs/identity.md. */
export function userHeaders(secret, target) {
  const at = Math.floor(Date.now() / 1_000);
  const digest = createHash('sha256').digest('hex');
  const form = ['v1', at, at + 600, 'GET', target, 'bench-reader', '', 'viewer', digest, '', '', '', '', ''].join('\n');
  const proof = createHmac('sha256', secret).update(form).digest('base64url');
  return {
    'X-Supabase-User-ID': 'bench-reader',
    'X-Supabase-User-Role': 'viewer',
    'X-Gateway-Signature': `v1.${at}.${at + 600}.${proof}`,
  };
}
