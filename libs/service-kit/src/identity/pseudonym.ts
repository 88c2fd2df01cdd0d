import { createHmac } from 'node:crypto';

/**
 * A name that stands for a person or for what a person did, the same each time and telling nobody who it is without the organization's
 * key (HMAC-SHA-256, its first 128 bits in hexadecimal).
 * @param of what it stands for; lists differ from each other wherever an element does
 */
export const pseudonym = (key: Buffer, of: readonly string[]): string =>
  createHmac('sha256', key).update(JSON.stringify(of)).digest('hex').slice(0, 32);
