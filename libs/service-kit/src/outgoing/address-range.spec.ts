import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isPublicAddress, parseAddressRange } from './address-range.js';

const v4 = (octets: readonly number[]): string => octets.join('.');
const octet = fc.integer({ min: 0, max: 255 });

describe('a public address', () => {
  it.each(['93.184.216.34', '1.1.1.1', '9.9.9.9', '172.32.0.1', '2606:4700:4700::1111', '2a00:1450:4001:81b::200e'])(
    '`%s` is one',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    '',
    'example.com',
    '1.1.1',
    '::ffff:0:1.2.3.4',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '5f00::1',
    '3fff::1',
    'fe80::1%eth0',
  ])('`%s` is none', (address) => expect(isPublicAddress(address)).toBe(false));

  it('is none within the ranges of this machine and of private networks', () => {
    const inside = fc.oneof(
      fc.tuple(fc.constantFrom(0, 10, 127), octet, octet, octet),
      fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
      fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
      fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
      fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet, octet),
      fc.tuple(fc.integer({ min: 224, max: 255 }), octet, octet, octet),
    );
    fc.assert(fc.property(inside, (octets) => !isPublicAddress(v4(octets))));
  });

  it('is the same, mapped into IPv6, and never public in any other embedding', () => {
    const any = fc.tuple(octet, octet, octet, octet);
    fc.assert(
      fc.property(any, (octets) => {
        const [a, b, c, d] = octets;
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        expect(isPublicAddress(`::ffff:${hex}`)).toBe(isPublicAddress(v4(octets)));
        for (const form of [`::${hex}`, `64:ff9b::${hex}`, `2002:${hex}::`, `64:ff9b:1::${hex}`, `::ffff:0:${hex}`])
          expect(isPublicAddress(form)).toBe(false);
      }),
    );
  });

  it('is none in a range that is denied', () => {
    const denied = [parseAddressRange('93.184.216.0/24'), parseAddressRange('2606:4700::/32')];
    expect(isPublicAddress('93.184.216.34', denied)).toBe(false);
    expect(isPublicAddress('::ffff:93.184.216.34', denied)).toBe(false);
    expect(isPublicAddress('2606:4700:4700::1111', denied)).toBe(false);
    expect(isPublicAddress('93.184.217.34', denied)).toBe(true);
  });
});

describe('a range of addresses', () => {
  it.each(['', '10.0.0.0', '10.0.0.0/33', '10/8', 'example.com/8', '::/129'])('is not `%s`', (text) => {
    expect(() => parseAddressRange(text)).toThrow();
  });
});
