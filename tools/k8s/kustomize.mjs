import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { applyJsonPatch } from './json-patch.mjs';

const KNOWN_FIELDS = ['apiVersion', 'kind', 'resources', 'patches', 'images'];

/** Whether a `kubectl` is on the PATH; it can render manifests without a cluster. */
export const hasKubectl = () => spawnSync('kubectl', ['version', '--client']).status === 0;

/** @throws Error with the first fault of a file that is no YAML */
function readObjects(text, name) {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors[0]) throw new Error(`${name}: ${document.errors[0].message.split('\n')[0]}`);
    return document.toJS() ?? [];
  });
}

const isTarget = ({ kind, name, namespace }, object) =>
  (!kind || kind === object.kind) &&
  (!name || name === object.metadata.name) &&
  (!namespace || namespace === object.metadata.namespace);

/** Every container image below a value, replaced where it is one of those listed. */
function withImages(value, images) {
  if (Array.isArray(value)) return value.map((each) => withImages(each, images));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      if (key !== 'image' || typeof each !== 'string') return [key, withImages(each, images)];
      const [name, tag] = each.split(/:(?=[^/]*$)/);
      const change = images.find((image) => image.name === name);
      return [key, change ? `${change.newName ?? name}:${change.newTag ?? tag}` : each];
    }),
  );
}

/**
 * The objects of a kustomization, by the part of kustomize that our overlays use: `resources`, `images`, and `patches` that are
 * lists of JSON patch operations with a target.
 * @throws Error for anything else, so that nothing is left out without a word
 */
export function resolveOverlay(folder) {
  const file = path.join(folder, 'kustomization.yaml');
  const kustomization = parse(readFileSync(file, 'utf8'));
  const unknown = Object.keys(kustomization).find((field) => !KNOWN_FIELDS.includes(field));
  if (unknown) throw new Error(`${file}: \`${unknown}\` is not understood here: render it with kubectl`);
  const { resources = [], patches = [], images = [] } = kustomization;
  const objects = resources.flatMap((resource) => {
    const target = path.join(folder, resource);
    return statSync(target).isDirectory() ? resolveOverlay(target) : readObjects(readFileSync(target, 'utf8'), target);
  });
  for (const { target, patch } of patches) {
    const operations = parse(patch ?? '');
    if (!target || !Array.isArray(operations)) throw new Error(`${file}: a patch without a target or operations`);
    const changed = objects.filter((object) => isTarget(target, object));
    if (changed.length === 0) throw new Error(`${file}: a patch changes nothing: ${JSON.stringify(target)}`);
    for (const object of changed) applyJsonPatch(object, operations);
  }
  return withImages(objects, images);
}

/** The objects of a kustomization, by kubectl. @throws Error with what it complains about */
export function renderWithKubectl(folder) {
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr.trim());
  return readObjects(stdout, folder);
}

/** The objects of a kustomization: by kubectl where it is, else by `resolveOverlay`. */
export const renderOverlay = (folder) => (hasKubectl() ? renderWithKubectl(folder) : resolveOverlay(folder));
