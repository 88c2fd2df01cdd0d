import { createHash, createHmac } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify, type JWTPayload } from 'jose';

export interface Settings {
  /** Origin of Agion's gateway. */
  gatewayUrl: string;
  /** The gateway's GATEWAY_HEADER_SECRET. */
  headerSecret: string;
  /** Origin of the Supabase project. */
  supabaseUrl: string;
  /** Only for a project that still signs with its legacy secret (HS256). */
  jwtSecret?: string | undefined;
}

/** A signed-in person, as the verified token tells. */
interface User {
  id: string;
  email: string;
  role: string;
  /** Seconds since the epoch. */
  until: number;
}

/** What the gateway gets to see of the caller's own headers. Who he is it hears from this function alone. */
const PASSED = [
  'accept',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'last-event-id',
  'x-session-id',
];
/** Those of them that make another request of it: they are signed with it. */
const SIGNED = ['content-type', 'idempotency-key', 'if-match', 'last-event-id', 'x-session-id'];
/** Headers of one connection, not of an answer. */
const OWN = ['connection', 'keep-alive', 'transfer-encoding'];
const FUNCTION = /^(\/functions\/v1)?\/auth-gateway(?=\/)/;
const BEARER = /^Bearer +([\w.-]+)$/i;
/** What the gateway takes as one value of a header: visible ASCII without the comma. */
const VALUE = /^[\x21-\x2b\x2d-\x7e]{1,255}$/;

/** The function: a request with a Supabase token in, the gateway's answer out. For `Deno.serve`, or any server that speaks fetch. */
export function authGateway(settings: Settings): (request: Request) => Promise<Response> {
  const verify = verifier(settings);
  return async (request) => {
    const token = BEARER.exec(request.headers.get('authorization') ?? '')?.[1];
    const user = token === undefined ? null : await verify(token).catch(() => null);
    if (user === null) return Response.json({ title: 'Unauthenticated', status: 401 }, { status: 401 });
    return forward(request, user, settings);
  };
}

/** The algorithm follows from the key that is configured, never from the token. */
function verifier({ supabaseUrl, jwtSecret }: Settings): (token: string) => Promise<User | null> {
  const issuer = `${supabaseUrl}/auth/v1`;
  const options = { issuer, audience: 'authenticated', requiredClaims: ['exp', 'sub'] };
  if (jwtSecret !== undefined) {
    const key = new TextEncoder().encode(jwtSecret);
    return async (token) => userOf((await jwtVerify(token, key, { ...options, algorithms: ['HS256'] })).payload);
  }
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
  const algorithms = ['ES256', 'RS256', 'EdDSA'];
  return async (token) => userOf((await jwtVerify(token, keys, { ...options, algorithms })).payload);
}

/**
 * `role` of a Supabase token is a role of the database: only `authenticated` is a person's. What a person may do on the platform
 * stands in `app_metadata`, which only the project's own keys can write; `user_metadata` is his own to write, and proves nothing.
 */
function userOf({ sub = '', exp = 0, email, role, is_anonymous, app_metadata }: JWTPayload): User | null {
  if (role !== 'authenticated' || is_anonymous === true || !VALUE.test(sub)) return null;
  const granted = (app_metadata as { role?: unknown } | undefined)?.role;
  return { id: sub, email: valueOf(email), role: valueOf(granted), until: exp };
}

const valueOf = (claim: unknown): string => (typeof claim === 'string' && VALUE.test(claim) ? claim : '');

async function forward(request: Request, user: User, { gatewayUrl, headerSecret }: Settings): Promise<Response> {
  const asked = new URL(request.url);
  const url = new URL(gatewayUrl + asked.pathname.replace(FUNCTION, '') + asked.search);
  const body = new Uint8Array(await request.arrayBuffer());
  const headers = new Headers();
  for (const name of PASSED) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  headers.set('X-Supabase-User-ID', user.id);
  if (user.email !== '') headers.set('X-Supabase-User-Email', user.email);
  if (user.role !== '') headers.set('X-Supabase-User-Role', user.role);
  const signed = { method: request.method, target: url.pathname + url.search, body, headers, user };
  headers.set('X-Gateway-Signature', signature(signed, headerSecret));
  const answer = await fetch(url, {
    method: request.method,
    headers,
    ...(body.length > 0 && { body }),
    redirect: 'manual',
    signal: request.signal,
  });
  const kept = new Headers(answer.headers);
  for (const name of OWN) kept.delete(name);
  return new Response(answer.body, { status: answer.status, headers: kept });
}

interface Signed {
  method: string;
  target: string;
  body: Uint8Array;
  headers: Headers;
  user: User;
}

/** For this request alone, and for a minute: fourteen lines, signed with the secret that this function shares with the gateway. */
function signature({ method, target, body, headers, user }: Signed, secret: string): string {
  const at = Math.floor(Date.now() / 1_000);
  const digest = createHash('sha256').update(body).digest('hex');
  const others = SIGNED.map((name) => headers.get(name) ?? '');
  const lines = ['v1', at, user.until, method, target, user.id, user.email, user.role, digest, ...others];
  const proof = createHmac('sha256', secret).update(lines.join('\n')).digest('base64url');
  return `v1.${at}.${user.until}.${proof}`;
}
