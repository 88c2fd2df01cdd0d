import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { Platform } from './platform.js';
import type { Fields } from './raw-redis.js';

const keyOf = (platform: Platform, service: string): KeyObject =>
  createPrivateKey({
    key: Buffer.from(platform.env[`${service.toUpperCase()}_SERVICE_KEY`] ?? '', 'base64url'),
    format: 'der',
    type: 'pkcs8',
  });

const sorted = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));

/** What a service adds to an entry so that it counts as the platform's own observation (docs/wire.md, `sig`). */
export function signedBy(platform: Platform, service: string, stream: string): (fields: Fields) => Fields {
  const key = keyOf(platform, service);
  return (fields) => {
    const bytes = Buffer.from(JSON.stringify({ fields: sorted(fields), stream }));
    return { ...fields, sig: `${service}.${sign(null, bytes, key).toString('base64url')}` };
  };
}
