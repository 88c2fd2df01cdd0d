import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isTicket, nameOf, newTicket, seal, unseal } from './sealed-credentials.js';

describe('sealed credentials', () => {
  it('come back with their ticket, and with no other', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (credentials) => {
        const ticket = newTicket();
        const sealed = seal(ticket, credentials);
        expect(unseal(ticket, sealed)).toBe(credentials);
        expect(unseal(newTicket(), sealed)).toBeNull();
        expect(unseal(nameOf(ticket), sealed)).toBeNull();
      }),
      { numRuns: 50 },
    );
  });

  it('are refused when anything of them was changed', () => {
    const ticket = newTicket();
    const sealed = Buffer.from(seal(ticket, 'a bearer token'), 'base64');
    for (let i = 0; i < sealed.length; i++) {
      const changed = Buffer.from(sealed);
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(unseal(ticket, changed.toString('base64'))).toBeNull();
    }
    for (const text of ['', 'AAAA', sealed.subarray(1).toString('base64')]) expect(unseal(ticket, text)).toBeNull();
  });

  it('are kept under a name that is not the ticket', () => {
    const ticket = newTicket();
    expect(isTicket(ticket)).toBe(true);
    expect(isTicket(nameOf(ticket))).toBe(false);
    expect(nameOf(ticket)).not.toContain(ticket.slice(10));
  });
});
