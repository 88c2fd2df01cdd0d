import type { FastifyRequest } from 'fastify';

const EXPIRES_AT = Symbol('expiry of the credentials');
type WithExpiry = FastifyRequest & { [EXPIRES_AT]?: number };

/** @param expiresAt milliseconds since the epoch; `null`: no end is set */
export function setExpiry(request: FastifyRequest, expiresAt: number | null): void {
  if (expiresAt !== null) (request as WithExpiry)[EXPIRES_AT] = expiresAt;
}

/** Until when the request's credentials are good, in milliseconds since the epoch. For answers that go on: others end before. */
export const expiryOf = (request: FastifyRequest): number | null => (request as WithExpiry)[EXPIRES_AT] ?? null;
