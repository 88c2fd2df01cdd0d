import { sign, verify, type KeyObject } from 'node:crypto';
import { signedText } from '@agion/messaging';
import { SERVICES, type ServiceName } from '@agion/wire';
import type { PublicKeys } from './service-keys.js';

type Fields = Readonly<Record<string, string>>;

const signedBytes = (stream: string, fields: Fields): Buffer => Buffer.from(signedText(stream, fields));

/** Signs a stream entry as a service: adds `sig`, `<service>.<Ed25519 signature, base64url>`. */
export function signEntry(stream: string, fields: Fields, service: ServiceName, key: KeyObject): Fields {
  return { ...fields, sig: `${service}.${sign(null, signedBytes(stream, fields), key).toString('base64url')}` };
}

/** The service that wrote the entry, or `null` when no listed service did. */
export function entrySigner(stream: string, fields: Fields, keys: PublicKeys): ServiceName | null {
  const [service, signature] = (fields.sig ?? '').split('.');
  if (!(SERVICES as readonly unknown[]).includes(service) || signature === undefined) return null;
  const key = keys.get(service as ServiceName);
  const valid =
    key !== undefined && verify(null, signedBytes(stream, fields), key, Buffer.from(signature, 'base64url'));
  return valid ? (service as ServiceName) : null;
}
