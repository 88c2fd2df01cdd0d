import { createHash } from 'node:crypto';

/** A strong ETag (RFC 9110, 8.8.3): the SHA-256 of the body exactly as it is sent. */
export const etagOf = (body: string): string => `"${createHash('sha256').update(body).digest('base64url')}"`;

const TAGS = /(?:W\/)?"[^"]*"/g;

/** `If-None-Match`: whether the caller has this body already (weak comparison). */
export function hasAlready(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return (header.match(TAGS) ?? []).some((tag) => tag.replace(/^W\//, '') === etag);
}

/** `If-Match`: whether the caller's change is based on this body (strong comparison). Without the header it is. */
export function isBasedOn(header: string | undefined, etag: string): boolean {
  if (header === undefined || header.trim() === '*') return true;
  return header.match(TAGS)?.includes(etag) ?? false;
}
