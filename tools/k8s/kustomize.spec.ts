import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { displayPath } from '../setup/checkout.mjs';
import { KUSTOMIZATIONS } from './check-manifests.mjs';
import { applyJsonPatch } from './json-patch.mjs';
import { hasKubectl, renderWithKubectl, resolveOverlay } from './kustomize.mjs';

interface KubernetesObject {
  kind: string;
  metadata: { name: string; namespace?: string };
}
const byName = (objects: KubernetesObject[]): [string, KubernetesObject][] =>
  objects
    .map((one): [string, KubernetesObject] => [`${one.kind} ${one.metadata.namespace}/${one.metadata.name}`, one])
    .sort(([a], [b]) => (a < b ? -1 : 1));

const folder = mkdtempSync(path.join(tmpdir(), 'agion-kustomize-'));
const written = (kustomization: object): string => {
  writeFileSync(path.join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
  return folder;
};
writeFileSync(
  path.join(folder, 'pod.yaml'),
  'kind: Pod\nmetadata: { name: x }\nspec: { containers: [{ image: "host:5000/agion/gateway:1" }] }\n',
);
afterAll(() => rmSync(folder, { recursive: true }));

describe('the objects of an overlay', () => {
  // Where there is no kubectl, only ours can be used, and there is nothing to compare it with.
  (hasKubectl() ? it : it.skip).each(KUSTOMIZATIONS.map((one) => [displayPath(one), one]))(
    'are those kubectl makes of %s',
    (_, overlay) => expect(byName(resolveOverlay(overlay))).toEqual(byName(renderWithKubectl(overlay))),
  );

  it('get their images and patches', () => {
    const patch = '[{ "op": "add", "path": "/metadata/labels", "value": { "a": "b" } }]';
    const [pod] = resolveOverlay(
      written({
        resources: ['pod.yaml'],
        images: [{ name: 'host:5000/agion/gateway', newTag: '2' }],
        patches: [{ target: { kind: 'Pod' }, patch }],
      }),
    ) as { metadata: object; spec: { containers: object[] } }[];
    expect(pod?.metadata).toEqual({ name: 'x', labels: { a: 'b' } });
    expect(pod?.spec.containers).toEqual([{ image: 'host:5000/agion/gateway:2' }]);
  });

  it.each([
    [{ resources: ['pod.yaml'], namePrefix: 'a-' }, '`namePrefix` is not understood'],
    [{ resources: ['pod.yaml'], patches: [{ target: { kind: 'Job' }, patch: '[]' }] }, 'a patch changes nothing'],
    [{ resources: ['pod.yaml'], patches: [{ path: 'x.yaml' }] }, 'a patch without a target'],
  ])('are not made by guessing: %j', (kustomization, complaint) => {
    expect(() => resolveOverlay(written(kustomization))).toThrow(complaint);
  });
});

describe('a JSON patch', () => {
  it('adds, replaces and removes', () => {
    const document = { list: [1, 3], object: { 'a/b': 1, gone: 1 } };
    applyJsonPatch(document, [
      { op: 'add', path: '/list/1', value: 2 },
      { op: 'add', path: '/list/-', value: 4 },
      { op: 'replace', path: '/object/a~1b', value: 2 },
      { op: 'remove', path: '/object/gone' },
    ]);
    expect(document).toEqual({ list: [1, 2, 3, 4], object: { 'a/b': 2 } });
  });

  it('refuses to replace or remove what is not there', () => {
    expect(() => applyJsonPatch({}, [{ op: 'replace', path: '/x', value: 1 }])).toThrow('nothing at `/x` to replace');
    expect(() => applyJsonPatch({}, [{ op: 'remove', path: '/x' }])).toThrow('nothing at `/x` to remove');
  });
});
