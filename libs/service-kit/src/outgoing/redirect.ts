import { headersForAnyone, type OutgoingHeaders } from './outgoing-headers.js';
import { OutgoingError } from './outgoing.errors.js';

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type OutgoingMethod = (typeof METHODS)[number];

/** What is sent, wherever it goes. */
export interface Message {
  readonly method: OutgoingMethod;
  readonly headers: OutgoingHeaders;
  readonly body: string | Uint8Array | null;
}

const STATUSES = [301, 302, 303, 307, 308];

export const isRedirect = (status: number): boolean => STATUSES.includes(status);

/**
 * The message that follows a redirect. Another origin gets neither credentials nor a body.
 * @throws OutgoingError `redirected` when only a body would have made sense of it
 */
export function redirected(message: Message, status: number, sameOrigin: boolean): Message {
  const becomesGet = status === 303 ? message.method !== 'HEAD' : status < 303 && message.method === 'POST';
  const { method, body } = becomesGet ? ({ method: 'GET', body: null } as const) : message;
  if (!sameOrigin && method !== 'GET' && method !== 'HEAD')
    throw new OutgoingError('redirected', 'a redirect would take the request to another origin');
  const headers = sameOrigin ? message.headers : headersForAnyone(message.headers);
  return { method, body, headers: body === null ? withoutContent(headers) : headers };
}

const withoutContent = (headers: OutgoingHeaders): OutgoingHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('content-')));
