import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { SERVICES, type ServiceName } from '@agion/wire';

export type PublicKeys = ReadonlyMap<ServiceName, KeyObject>;

/** Reads `AGION_SERVICE_KEYS`; `undefined` when it is not what it should be, which validation then reports. */
export function parsePublicKeys(json: string): PublicKeys | undefined {
  try {
    const entries = Object.entries(JSON.parse(json) as Record<string, unknown>).map(
      ([service, key]): [ServiceName, KeyObject] => {
        if (!(SERVICES as readonly string[]).includes(service) || typeof key !== 'string') throw new TypeError(service);
        return [
          service as ServiceName,
          createPublicKey({ key: Buffer.from(key, 'base64url'), format: 'der', type: 'spki' }),
        ];
      },
    );
    return new Map(entries);
  } catch {
    return undefined;
  }
}

/** @throws Error when the text is not an Ed25519 private key (PKCS8 DER, base64url) */
export function parsePrivateKey(text: string): KeyObject {
  const key = createPrivateKey({ key: Buffer.from(text, 'base64url'), format: 'der', type: 'pkcs8' });
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('the key is not an Ed25519 key');
  return key;
}
