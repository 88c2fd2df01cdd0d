import { randomUUID } from 'node:crypto';

/**
 * A UUIDv7 (RFC 9562): what an event is recorded under, once, however often it is sent. Ids of later milliseconds sort later.
 * @param now milliseconds since 1970
 */
export function newEventId(now: number = Date.now()): string {
  const time = Math.floor(now).toString(16).padStart(12, '0');
  // A random UUID with another beginning: Node makes those many at a time, which is some twenty times as fast as bytes one by one.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
