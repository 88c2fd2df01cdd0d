import { isIP } from 'node:net';
import { isPublicAddress, type AddressRange } from './address-range.js';
import { hostOf, isAllowedHost, portOf, type AllowedHost } from './allowed-hosts.js';
import { OutgoingError } from './outgoing.errors.js';

/** Where calls may go. */
export interface OutgoingRules {
  /** `https:` alone, but for tests of everything else. */
  readonly schemes: readonly string[];
  readonly ports: readonly number[];
  /** Hosts an operator vouches for: over http too, on any address. */
  readonly allowed: readonly AllowedHost[];
  /** Public ranges that are not to be called: the platform's own. */
  readonly denied: readonly AddressRange[];
}

/** An address that may be called. */
export interface OutgoingTarget {
  readonly url: URL;
  /** An operator vouches for the host: the address it has is not looked at. */
  readonly vouchedFor: boolean;
}

const MAX_URL = 2_048;

/**
 * What can be said about an address before any name is looked up. A host an operator vouches for is taken from the one who named
 * it first, not from a redirect: what may be called is not what others may lead us to.
 * @param from the address that redirected here
 * @throws OutgoingError `refused`
 */
export function checkTarget(text: string | URL, rules: OutgoingRules, from?: OutgoingTarget): OutgoingTarget {
  const url = text instanceof URL ? text : URL.parse(text);
  if (!url || url.href.length > MAX_URL) throw refused('the address is no URL of 2,048 characters or less');
  if (url.username !== '' || url.password !== '') throw refused('the address carries a user name or a password');
  const web = url.protocol === 'https:' || url.protocol === 'http:';
  const sameOrigin = from === undefined || from.url.origin === url.origin;
  if (web && sameOrigin && isAllowedHost(url, rules.allowed)) return { url, vouchedFor: true };
  if (!rules.schemes.includes(url.protocol)) throw refused(`\`${url.protocol}\` is not called, use https`);
  if (!rules.ports.includes(portOf(url)))
    throw refused(`port ${portOf(url)} is not called, use ${rules.ports.join(' or ')}`);
  const host = hostOf(url);
  const address = host.replace(/^\[|\]$/g, '');
  if (isIP(address) === 0 ? isThisMachine(host) : !isPublicAddress(address, rules.denied)) throw notPublic(host);
  return { url, vouchedFor: false };
}

/** @param host what the caller named; which address it stands for is nobody's business outside */
export const notPublic = (host: string, cause?: unknown): OutgoingError =>
  new OutgoingError('refused', `\`${host}\` is no public address`, { cause });

const isThisMachine = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost');

const refused = (message: string): OutgoingError => new OutgoingError('refused', message);
