import type { IncomingMessage } from 'node:http';

/**
 * The address a request comes from. With `hops` trusted proxies in front, each of which appends to X-Forwarded-For, it is the
 * entry the outermost of them wrote; whatever stands before it the caller may have made up.
 */
export function clientAddress(request: Pick<IncomingMessage, 'headers' | 'socket'>, hops: number): string {
  const peer = request.socket.remoteAddress ?? '';
  if (hops === 0) return plain(peer);
  const header = request.headers['x-forwarded-for'];
  const forwarded = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map((part) => part.trim());
  return plain(forwarded.at(-hops) || peer);
}

/** IPv4 addresses of dual-stack sockets in their usual form. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');
