import type { IncomingHttpHeaders } from 'node:http';

/** What a service gets to see of the caller's headers. All else stays outside: credentials, cookies, `agion-*`, `x-forwarded-*`. */
const TO_SERVICE = ['accept', 'content-type', 'idempotency-key', 'if-match', 'if-none-match'] as const;

/** What the caller gets to see of a service's headers. */
const TO_CALLER = [
  'allow',
  'cache-control',
  'content-disposition',
  'content-length',
  'content-type',
  'etag',
  'idempotency-replayed',
  'last-modified',
  'location',
  'retry-after',
  'vary',
] as const;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

export const headersToService = (headers: IncomingHttpHeaders): Record<string, string> => pick(headers, TO_SERVICE);

/** A service writes locations as it knows them, `/v1/…`; outside they begin with `/api`. */
export function headersToCaller(headers: Headers): Record<string, string> {
  const passed = pick(headers, TO_CALLER);
  if (passed.location?.startsWith('/v1/')) passed.location = `/api${passed.location}`;
  return passed;
}

function pick(headers: Headers, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (typeof value === 'string') picked[name] = value;
  }
  return picked;
}
