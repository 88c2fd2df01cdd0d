import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { manifestFaults } from '../../tools/k8s/security-fields.mjs';
import { exampleFolder } from './example-process.js';

const FOLDER = exampleFolder('agent-container-template', 'k8s');
const LABELS = ['component', 'framework', 'version'].map((name) => `platform.agion.com/${name}`);

const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
const read = (file: string): any => parse(readFileSync(`${FOLDER}/${file}`, 'utf8')); // eslint-disable-line @typescript-eslint/no-explicit-any -- of any kind
const deployment = read('deployment.yaml');
const pod = deployment.spec.template;

describe('the manifests of the container template', () => {
  it('lack nothing that the platform asks of its own', () => {
    expect(files.filter((file) => file !== 'kustomization.yaml').flatMap((file) => manifestFaults(read(file)))).toEqual(
      [],
    );
  });

  it('carry the labels of the contract, on the workload and on its pods', () => {
    for (const labels of [deployment.metadata.labels, pod.metadata.labels, read('service.yaml').metadata.labels]) {
      expect(Object.keys(labels)).toEqual(expect.arrayContaining(LABELS));
      expect(labels['platform.agion.com/component']).toBe('agent-container');
    }
  });

  it('give the container thirty seconds to leave, and what it has to be told', () => {
    expect(pod.spec.terminationGracePeriodSeconds).toBe(30);
    const [{ env, ports }] = pod.spec.containers;
    const names = env.map(({ name }: { name: string }) => name);
    expect(names).toEqual(['AGION_AGENT_CONTAINER_ID', 'AGION_GATEWAY_URL', 'AGION_TOKEN_FILE', 'AGION_REDIS_URL']);
    const service = read('service.yaml');
    expect(pod.metadata.labels).toMatchObject(service.spec.selector);
    expect(pod.metadata.labels).toMatchObject(deployment.spec.selector.matchLabels);
    expect(ports.map(({ name }: { name: string }) => name)).toContain(service.spec.ports[0].targetPort);
  });

  it('are all listed for kustomize, which can put them together where kubectl is there', () => {
    const listed = read('kustomization.yaml').resources as string[];
    expect([...listed, 'kustomization.yaml'].sort()).toEqual([...files].sort());
    const { error, status, stdout } = spawnSync('kubectl', ['kustomize', FOLDER], { encoding: 'utf8' });
    if (error) return;
    expect(status).toBe(0);
    expect(parseAllDocuments(stdout)).toHaveLength(listed.length);
  });
});

describe.each(['typescript', 'python'])('the image of the template in %s', (language) => {
  const dockerfile = readFileSync(exampleFolder('agent-container-template', language, 'Dockerfile'), 'utf8');

  it('carries the labels, runs as nobody special, and gets SIGTERM itself', () => {
    for (const label of LABELS) expect(dockerfile).toContain(`${label}=`);
    expect(dockerfile).toMatch(/^USER \d{4,5}:\d{4,5}$/m);
    expect(dockerfile).toMatch(/^CMD \["(node|python)", /m);
    expect(dockerfile).not.toMatch(/AGION_TOKEN=/);
  });
});
