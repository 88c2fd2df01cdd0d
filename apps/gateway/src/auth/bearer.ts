import type { IncomingMessage } from 'node:http';
import { UnauthenticatedError } from '@agion/service-kit';

const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;
const NAME = 'authorization';

/**
 * The bearer token of a request, `undefined` when it carries no Authorization at all.
 * @throws UnauthenticatedError for another scheme, a list, or a second header: Node would silently keep one of two
 */
export function bearerOf(request: Pick<IncomingMessage, 'headers' | 'rawHeaders'>): string | undefined {
  const header = request.headers.authorization;
  if (header === undefined) return undefined;
  const token = BEARER.exec(header)?.[1];
  if (token === undefined || timesGiven(request.rawHeaders) !== 1)
    throw new UnauthenticatedError('the Authorization header is not exactly one `Bearer <token>`');
  return token;
}

function timesGiven(rawHeaders: readonly string[]): number {
  let times = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === NAME.length && name.toLowerCase() === NAME) times++;
  }
  return times;
}
