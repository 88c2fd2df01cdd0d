import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { UnauthenticatedError } from '@agion/service-kit';

/** Headers by which an edge function says whom it has signed in, and the one that proves that it was the function. */
const NAMES = ['x-supabase-user-id', 'x-supabase-user-email', 'x-supabase-user-role', 'x-gateway-signature'] as const;
type Name = (typeof NAMES)[number];

/** What else of the headers makes another request of it: without them whoever sees one could repeat it without its key. */
const SIGNED_HEADERS = ['content-type', 'idempotency-key', 'if-match', 'last-event-id', 'x-session-id'] as const;

/** Seconds the function's clock and the gateway's may differ by, and a request may be under way. */
const WINDOW_SECONDS = 60;
/** Visible ASCII without the comma: what a proxy has joined from two headers is never one value. */
const VALUE = /^[\x21-\x2b\x2d-\x7e]{1,255}$/;
const SIGNATURE = /^v1\.(\d{1,12})\.(\d{1,12})\.([A-Za-z0-9_-]{43})$/;

/** A request as its signature covers it. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as in the request line. */
  readonly target: string;
  readonly body: Uint8Array;
  /** As the gateway reads them. */
  readonly headers: IncomingHttpHeaders;
  readonly user: StatedUser;
  /** Seconds since the epoch: when it was signed. */
  readonly at: number;
  /** Seconds since the epoch: when the user's own credentials end. */
  readonly until: number;
}

/** What the headers say; `null` where one is not sent. */
export interface StatedUser {
  readonly id: string;
  readonly email: string | null;
  readonly role: string | null;
}

/** The text that is signed: fourteen lines, see docs/identity.md. No value can hold the end of a line. */
export const canonicalForm = ({ method, target, body, headers, user, at, until }: SignedRequest): string =>
  [
    ...['v1', at, until, method, target, user.id, user.email ?? '', user.role ?? '', hash('sha256', body)],
    ...SIGNED_HEADERS.map((name) => headers[name] ?? ''),
  ].join('\n');

/** Whether a request says by headers who its user is, in whatever spelling. */
export function statesUser(rawHeaders: readonly string[]): boolean {
  for (let i = 0; i < rawHeaders.length; i += 2) if (nameIn(rawHeaders[i] ?? '') !== undefined) return true;
  return false;
}

/**
 * The user of a signed request, and until when he is signed in, in seconds since the epoch.
 * @param nowSeconds since the epoch
 * @throws UnauthenticatedError for anything but one proven value of each header
 */
export function userOf(
  request: Pick<SignedRequest, 'method' | 'target' | 'body' | 'headers'> & { readonly rawHeaders: readonly string[] },
  secret: string,
  nowSeconds: number,
): StatedUser & Pick<SignedRequest, 'until'> {
  const values = singleValues(request.rawHeaders);
  const [id, email, role, signature] = NAMES.map((name) => values.get(name) ?? null);
  const [, at, until, proof] = SIGNATURE.exec(signature ?? '') ?? [];
  if (!id || proof === undefined) throw unproven('a user header needs X-Supabase-User-ID and X-Gateway-Signature');
  const user = { id, email: email ?? null, role: role ?? null };
  const signed = { ...request, user, at: Number(at), until: Number(until) };
  const expected = createHmac('sha256', secret).update(canonicalForm(signed)).digest();
  const given = Buffer.from(proof, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw unproven('the X-Gateway-Signature is not one of this request');
  if (Math.abs(nowSeconds - signed.at) > WINDOW_SECONDS)
    throw unproven(`the X-Gateway-Signature was made more than ${WINDOW_SECONDS} seconds ago, or by another clock`);
  if (signed.until <= nowSeconds) throw unproven("the user's own credentials have expired");
  return { ...user, until: signed.until };
}

function singleValues(rawHeaders: readonly string[]): Map<Name, string> {
  const values = new Map<Name, string>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const written = rawHeaders[i] ?? '';
    const name = nameIn(written);
    if (name === undefined) continue;
    const value = rawHeaders[i + 1] ?? '';
    if (written.includes('_')) throw unproven(`there is no header \`${written}\`: its name has hyphens`);
    if (values.has(name)) throw unproven(`the header \`${name}\` is given twice`);
    if (!VALUE.test(value)) throw unproven(`the header \`${name}\` is not one value`);
    values.set(name, value);
  }
  return values;
}

/** The header meant: servers between the function and us may take an underscore for a hyphen. */
function nameIn(written: string): Name | undefined {
  if (written[0] !== 'x' && written[0] !== 'X') return undefined;
  const name = written.toLowerCase().replaceAll('_', '-');
  return NAMES.find((known) => known === name);
}

const unproven = (detail: string): UnauthenticatedError => new UnauthenticatedError(detail);
