import { OutgoingError } from './outgoing.errors.js';

const TOKEN = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
/** Visible ASCII, spaces and tabs: nothing that ends a line. */
const VALUE = /^[\t\x20-\x7e]*$/;
/** What the connection is about, and what the client itself says. */
const NOT_OURS = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** What another origin may see after a redirect; anything else may be a credential, whatever its name. */
const FOR_ANYONE = new Set(['accept', 'accept-language', 'user-agent']);
const USER_AGENT = 'Agion';

export type OutgoingHeaders = Readonly<Record<string, string>>;

/** The headers as they are sent. @throws OutgoingError `refused` for what could become another header, or another request */
export function headersOf(given: OutgoingHeaders): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': USER_AGENT };
  for (const [name, value] of Object.entries(given)) {
    const lower = name.toLowerCase();
    if (!TOKEN.test(lower) || NOT_OURS.has(lower) || lower.startsWith('proxy-') || !VALUE.test(value))
      throw new OutgoingError('refused', `the header \`${JSON.stringify(name).slice(1, -1)}\` cannot be sent`);
    headers[lower] = value;
  }
  headers['accept-encoding'] = 'identity'; // a limit on bytes must be a limit on what they become
  return headers;
}

/** What is left of the headers when a redirect leads to another origin. */
export const headersForAnyone = (headers: OutgoingHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => FOR_ANYONE.has(name) || name === 'accept-encoding'));
