import { METHODS, type OutgoingMethod } from './redirect.js';
import type { OpenAnswer, OutgoingClient, OutgoingLimits } from './outgoing.client.js';
import { OutgoingError } from './outgoing.errors.js';

export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Statuses whose answers have no body, and may not be given one. */
const WITHOUT_BODY = [101, 204, 205, 304];

/**
 * `fetch` by way of the client, for libraries that take one. Where fetch would, it throws a TypeError, with the OutgoingError as its
 * cause; of `init` it reads method, headers, a body of text or bytes, and the signal.
 */
export const outgoingFetch =
  (client: Pick<OutgoingClient, 'open'>, limits: Partial<OutgoingLimits> = {}): Fetch =>
  async (input, init = {}) => {
    if (input instanceof Request) throw new TypeError('only a URL can be fetched here');
    const { method = 'GET', body, signal } = init;
    if (body !== undefined && body !== null && typeof body !== 'string' && !(body instanceof Uint8Array))
      throw new TypeError('only a body of text or bytes can be sent here');
    try {
      const answer = await client.open(input, {
        method: methodOf(method),
        headers: Object.fromEntries(new Headers(init.headers)),
        limits,
        ...(body && { body }),
        ...(signal && { signal }),
      });
      const { status, headers } = answer;
      if (!WITHOUT_BODY.includes(status)) return new Response(streamOf(answer), { status, headers });
      answer.discard();
      return new Response(null, { status, headers });
    } catch (error) {
      if (error instanceof OutgoingError) throw new TypeError('fetch failed', { cause: error });
      throw error;
    }
  };

function methodOf(method: string): OutgoingMethod {
  const known = METHODS.find((name) => name === method.toUpperCase());
  if (!known) throw new TypeError(`the method \`${method}\` is not sent`);
  return known;
}

function streamOf(answer: OpenAnswer): ReadableStream<Uint8Array> {
  const pieces = answer.body[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const piece = await pieces.next();
      if (piece.done) controller.close();
      else controller.enqueue(piece.value);
    },
    cancel: () => answer.discard(),
  });
}
