import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from 'node:crypto';

const PREFIX = 'agion_tkt_';
const TICKET = /^agion_tkt_[A-Za-z0-9_-]{43}$/;
const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

export const newTicket = (): string => PREFIX + randomBytes(32).toString('base64url');

export const isTicket = (text: string): boolean => TICKET.test(text);

/** What a ticket is kept under: it cannot be told from this. */
export const nameOf = (ticket: string): string => hash('sha256', ticket, 'base64url');

/** The credentials a ticket stands for, readable with the ticket alone. */
export function seal(ticket: string, credentials: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, keyOf(ticket), iv);
  return Buffer.concat([iv, cipher.update(credentials, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
    'base64',
  );
}

/** @returns null for what was not sealed with this ticket */
export function unseal(ticket: string, sealed: string): string | null {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length < IV_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv(CIPHER, keyOf(ticket), bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return null;
  }
}

const keyOf = (ticket: string): Buffer => Buffer.from(hkdfSync('sha256', ticket, '', 'agion stream ticket', 32));
