import { existsSync, readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';
import { displayPath, inCheckout } from '../setup/checkout.mjs';
import { filesBelow } from '../setup/stamps.mjs';
import { composeFaults, manifestFaults } from './security-fields.mjs';

const COMPOSE = inCheckout('docker-compose.yml');

function readManifests(file) {
  const documents = parseAllDocuments(readFileSync(file, 'utf8'));
  const errors = documents.flatMap(({ errors: found }) => found.map(({ message }) => message.split('\n')[0]));
  return errors.length > 0
    ? errors
    : documents
        .map((one) => one.toJS())
        .filter(Boolean)
        .flatMap(manifestFaults);
}

/**
 * `npm run k8s:check`: whether the manifests can be read and carry the basic security fields. No cluster is asked: that they are
 * accepted by one, or work there, is not what this says.
 */
export async function main() {
  const files = filesBelow(inCheckout('k8s'), (name) => /\.ya?ml$/.test(name));
  if (files.length === 0 && !existsSync(COMPOSE)) {
    console.log('nothing to check: there is no k8s/ and no docker-compose.yml yet');
    return 0;
  }
  const faults = files.flatMap((file) => readManifests(file).map((fault) => `${displayPath(file)}: ${fault}`));
  if (existsSync(COMPOSE)) {
    const compose = parse(readFileSync(COMPOSE, 'utf8'), { merge: true });
    faults.push(...composeFaults(compose).map((fault) => `docker-compose.yml: ${fault}`));
  }
  for (const fault of faults) console.error(`✗ ${fault}`);
  console.log(
    `${files.length} manifests${existsSync(COMPOSE) ? ' and docker-compose.yml' : ''} read (not tried on a cluster): ${faults.length} faults`,
  );
  return faults.length === 0 ? 0 : 1;
}
