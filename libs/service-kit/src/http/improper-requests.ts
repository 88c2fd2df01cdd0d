import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { DomainError } from '../problem/domain-error.js';

/**
 * What Node answers by itself without a word: HTTP/1.1 without `Host` or with several (RFC 9112, 3.2), and an `Expect` other than
 * `100-continue` (RFC 9110, 10.1.1). Answered here they are problems like all others, logged and counted. Needs `requireHostHeader: false`.
 */
export function refuseImproperRequests(fastify: FastifyInstance): void {
  fastify.server.on('checkExpectation', (request, response) => fastify.server.emit('request', request, response));
  fastify.addHook('onRequest', (request, reply, done) => {
    const error = faultOf(request.raw);
    // Nobody knows where the body ends that he did or did not send after that.
    if (error) void reply.header('connection', 'close');
    done(error);
  });
}

function faultOf(request: IncomingMessage): DomainError | undefined {
  if (request.httpVersion !== '1.1') return undefined;
  const { expect } = request.headers;
  if (expect !== undefined && expect.toLowerCase() !== '100-continue')
    return new DomainError('expectation-failed', 'of what a request may expect, only `100-continue` is known');
  const hosts = hostLines(request.rawHeaders);
  if (hosts === 1) return undefined;
  return new DomainError('malformed-request', `HTTP/1.1 asks for one header \`Host\`, and here are ${hosts || 'none'}`);
}

/** Node joins no two of them, but keeps the first and says nothing of the others. */
function hostLines(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count;
}
