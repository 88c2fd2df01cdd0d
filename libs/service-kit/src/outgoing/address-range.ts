import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** A range of addresses: `10.0.0.0/8`, `2001:db8::/32`. */
export type AddressRange = ReturnType<typeof ipaddr.parseCIDR>;

/** Answers for Azure's machines and counts as an ordinary public address. */
const AZURE_PLATFORM = '168.63.129.16';
/** What is given out for use in public; everything else in IPv6 is special in some way, also where no list names it. */
const IPV6_PUBLIC = ipaddr.parseCIDR('2000::/3');

/** @throws Error when the text is none */
export function parseAddressRange(text: string): AddressRange {
  const [address = ''] = text.split('/');
  if (isIP(address) === 0) throw new Error(`\`${text}\` is no range of addresses such as \`203.0.113.0/24\``);
  return ipaddr.parseCIDR(text);
}

/**
 * True for an address anybody on the internet has: not this machine, not this network, not the cloud's metadata, not an IPv4
 * address within an IPv6 one.
 * @param denied ranges that are public and still not to be called: the platform's own
 */
export function isPublicAddress(address: string, denied: readonly AddressRange[] = []): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.process(address); // an IPv4 address mapped into IPv6 counts as itself
  if (parsed.range() !== 'unicast' || parsed.toString() === AZURE_PLATFORM) return false;
  if (parsed.kind() === 'ipv6' && !within(parsed, IPV6_PUBLIC)) return false;
  return !denied.some((range) => within(parsed, range));
}

const within = (address: ipaddr.IPv4 | ipaddr.IPv6, [range, bits]: AddressRange): boolean =>
  address.kind() === range.kind() && address.match(range, bits);
