import { describe, expect, it } from '@jest/globals';
import { clientAddress } from './client-address.js';

const from = (remoteAddress: string, forwarded?: string): Parameters<typeof clientAddress>[0] =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as Parameters<typeof clientAddress>[0];

describe('the address of a caller', () => {
  it('is the peer, whatever the caller claims, when no proxy stands in front', () => {
    expect(clientAddress(from('::ffff:10.0.0.9', '1.2.3.4'), 0)).toBe('10.0.0.9');
  });

  it('is what the outermost trusted proxy saw', () => {
    expect(clientAddress(from('10.0.0.1', '6.6.6.6, 1.2.3.4'), 1)).toBe('1.2.3.4');
    expect(clientAddress(from('10.0.0.1', '6.6.6.6, 1.2.3.4, 10.0.0.2'), 2)).toBe('1.2.3.4');
  });

  it('is the peer when a proxy has written nothing', () => {
    expect(clientAddress(from('10.0.0.1'), 1)).toBe('10.0.0.1');
  });
});
