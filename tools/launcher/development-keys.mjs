import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SERVICES } from './ports.mjs';

/** An Ed25519 pair as settings carry it: base64url of PKCS8 (private) and SPKI (public), both DER. */
function keyPair() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    private: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64url'),
    public: publicKey.export({ type: 'spki', format: 'der' }).toString('base64url'),
  };
}

const readKeys = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw new Error(`${file} cannot be read (${error.message}): remove it and new keys are made`, { cause: error });
  }
};

/**
 * The secrets of this development platform, made at its first start and kept with its data, readable by their owner only: the
 * secret people's tokens are signed with, the one agents' stream keys are derived from, the one the ledger is encrypted with, a key pair
 * per service, and the one for signed bundles.
 */
export function developmentKeys(folder) {
  const file = path.join(folder, 'keys.json');
  const keys = readKeys(file);
  const before = JSON.stringify(keys);
  keys.jwt_secret ??= randomBytes(32).toString('base64url');
  keys.stream_secret ??= randomBytes(32).toString('base64url');
  keys.ledger ??= randomBytes(32).toString('base64');
  keys.bundle ??= keyPair();
  keys.services ??= {};
  for (const service of Object.keys(SERVICES)) keys.services[service] ??= keyPair();
  if (JSON.stringify(keys) !== before) writeFileSync(file, JSON.stringify(keys, null, 2), { mode: 0o600 });
  return keys;
}
