import { createHash, createHmac } from 'node:crypto';

/** What an edge function says of a request, by the documented form alone; whatever is not said is usual. */
export interface SignedUser {
  method?: string;
  target?: string;
  body?: string;
  /** What else changes what the request does, by its lower-case name. */
  headers?: Record<string, string>;
  id?: string;
  email?: string;
  role?: string;
  /** Seconds by which its clock is ahead. */
  ahead?: number;
  /** Seconds until the user's own credentials end. */
  lasts?: number;
  secret?: string;
}

const SIGNED_HEADERS = ['content-type', 'idempotency-key', 'if-match', 'last-event-id', 'x-session-id'];

/** The headers of a signed request, as lines. */
export function signedHeaders(secret: string, user: SignedUser = {}): string[] {
  const { id = 'ada', email, role } = user;
  return [
    `X-Supabase-User-ID: ${id}`,
    ...(email === undefined ? [] : [`X-Supabase-User-Email: ${email}`]),
    ...(role === undefined ? [] : [`X-Supabase-User-Role: ${role}`]),
    `X-Gateway-Signature: ${signatureOf(secret, user)}`,
  ];
}

/** See docs/identity.md, "People behind an edge function". */
export function signatureOf(secret: string, user: SignedUser = {}): string {
  const { method = 'GET', target = '/', body = '', id = 'ada', email = '', role = '', ahead = 0, lasts = 600 } = user;
  const headers: Record<string, string> = {
    ...(body !== '' && { 'content-type': 'application/json' }),
    ...user.headers,
  };
  const at = Math.floor(Date.now() / 1_000) + ahead;
  const until = Math.floor(Date.now() / 1_000) + lasts;
  const digest = createHash('sha256').update(body).digest('hex');
  const form = [
    ...['v1', at, until, method, target, id, email, role, digest],
    ...SIGNED_HEADERS.map((name) => headers[name] ?? ''),
  ].join('\n');
  const proof = createHmac('sha256', user.secret ?? secret)
    .update(form)
    .digest('base64url');
  return `v1.${at}.${until}.${proof}`;
}
