import { readdirSync } from 'node:fs';
import path from 'node:path';
import { displayPath, inCheckout } from '../setup/checkout.mjs';
import { readCompose } from './compose-file.mjs';
import { schemaFaults } from './compose-schema.mjs';
import { hasKubectl, renderOverlay } from './kustomize.mjs';
import { composeFaults, manifestFaults } from './security-fields.mjs';
import { typeFaults } from './typed-objects.mjs';

export const COMPOSE = inCheckout('docker-compose.yml');

/** The folders that are applied: each overlay, and what agents' namespaces need. */
export const KUSTOMIZATIONS = [
  ...readdirSync(inCheckout('k8s', 'overlays')).map((name) => inCheckout('k8s', 'overlays', name)),
  inCheckout('k8s', 'agents'),
];

/** What is wrong with a kustomization; `{objects, faults}`. */
async function checkKustomization(folder) {
  try {
    const objects = renderOverlay(folder);
    return { objects: objects.length, faults: [...(await typeFaults(objects)), ...objects.flatMap(manifestFaults)] };
  } catch (error) {
    return { objects: 0, faults: [error.message] };
  }
}

/**
 * `npm run k8s:check`: whether manifests and compose file are what the schemas of Kubernetes and Compose ask for, and carry the
 * security fields. No cluster and no engine is asked: that they are accepted by one, or work there, is not what this says.
 */
export async function main() {
  let count = 0;
  const compose = [...schemaFaults(COMPOSE), ...composeFaults(readCompose(COMPOSE))];
  const faults = compose.map((fault) => `${path.basename(COMPOSE)}: ${fault}`);
  for (const folder of KUSTOMIZATIONS) {
    const checked = await checkKustomization(folder);
    count += checked.objects;
    faults.push(...checked.faults.map((fault) => `${displayPath(folder)}: ${fault}`));
  }
  for (const fault of faults) console.error(`✗ ${fault}`);
  const how = hasKubectl() ? 'rendered by kubectl' : 'rendered without kubectl';
  console.log(
    `${count} objects in ${KUSTOMIZATIONS.length} kustomizations, ${how}, and ${path.basename(COMPOSE)} (not tried on a cluster or engine): ${faults.length} faults`,
  );
  return faults.length === 0 ? 0 : 1;
}
