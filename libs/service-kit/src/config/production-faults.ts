import { createPublicKey } from 'node:crypto';
import { SERVICES, type ServiceName } from '@agion/wire';
import { parsePrivateKey, type PublicKeys } from '../identity/service-keys.js';
import { weaknessOf } from './secret-strength.js';

/** A secret as the environment gave it, with the name of its variable. */
export interface GivenSecret {
  readonly name: string;
  readonly value: string;
}

const MAKE_ONE = 'make one with `openssl rand -base64 32`';
const MAKE_KEYS = 'make a pair for each service, as docs/operations.md shows';

const isAddress = ({ value }: GivenSecret): boolean => value.includes('://');
const isKey = ({ name }: GivenSecret): boolean => /(SERVICE|BUNDLE)_KEY(_FILE)?$/.test(name);

/** What keeps production from starting with these secrets: a sentence for each that anybody could guess. */
export function weakSecrets(secrets: readonly GivenSecret[]): string[] {
  return secrets.flatMap((secret) => {
    const weakness = weaknessOf(secret.value);
    if (!weakness) return [];
    const mend = isAddress(secret)
      ? `give that login another (\`openssl rand -hex 24\`)`
      : isKey(secret)
        ? MAKE_KEYS
        : MAKE_ONE;
    return [`${secret.name} ${weakness}: ${mend}`];
  });
}

/** Whoever learns one secret must not thereby know another. Addresses may be the same: that is one login used twice. */
export function sharedSecrets(secrets: readonly GivenSecret[]): string[] {
  const names = new Map<string, Set<string>>();
  for (const secret of secrets.filter((each) => !isAddress(each)))
    names.set(secret.value, (names.get(secret.value) ?? new Set()).add(secret.name));
  return [...names.values()]
    .filter(({ size }) => size > 1)
    .map((same) => `${[...same].join(' and ')} are the same secret: give each one of its own`);
}

/** What is wrong with the keys services know each other by. `own` is the private key of `service`, if it is one. */
export function keyFaults(service: string, own: string, keys: PublicKeys): string[] {
  const faults: string[] = [];
  const missing = SERVICES.filter((name) => !keys.has(name));
  if (missing.length > 0) faults.push(`AGION_SERVICE_KEYS lacks the public key of ${missing.join(', ')}: ${MAKE_KEYS}`);
  const listed = [...keys];
  for (const [at, [name, key]] of listed.entries()) {
    const twin = listed.slice(at + 1).find(([, other]) => other.equals(key));
    if (twin)
      faults.push(
        `AGION_SERVICE_KEYS gives ${name} and ${twin[0]} the same key, so that each could speak as the other: ${MAKE_KEYS}`,
      );
  }
  const mine = keys.get(service as ServiceName);
  if (mine && !mine.equals(createPublicKey(parsePrivateKey(own))))
    faults.push(
      `AGION_SERVICE_KEYS lists another key for ${service} than it signs with: put the public half of its AGION_SERVICE_KEY there`,
    );
  return faults;
}
