import { describe, expect, it } from '@jest/globals';
import { composeFaults, manifestFaults } from './security-fields.mjs';

const probe = { httpGet: { path: '/health', port: 8080 } };
const container = {
  name: 'gateway',
  image: 'registry.local:5000/agion/gateway:1.0.0',
  resources: { limits: { memory: '256Mi' }, requests: { memory: '128Mi', cpu: '100m' } },
  startupProbe: probe,
  livenessProbe: probe,
  readinessProbe: probe,
  securityContext: {
    runAsNonRoot: true,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  },
};
const pod = { automountServiceAccountToken: false, serviceAccountName: 'gateway', enableServiceLinks: false };
const workload = (one: object, kind = 'Deployment', more: object = {}): object => ({
  kind,
  metadata: { name: 'gateway' },
  spec: { template: { spec: { ...pod, ...more, containers: [one] } } },
});

describe('the security fields of manifests', () => {
  it('are complete in this one', () => {
    expect(manifestFaults(workload(container))).toEqual([]);
  });

  it('are missed one by one', () => {
    expect(manifestFaults(workload({ name: 'x', image: 'agion/gateway' }))).toHaveLength(11);
    expect(manifestFaults(workload({ ...container, image: 'registry.local:5000/gateway' }))).toEqual([
      'Deployment gateway: container gateway: image `registry.local:5000/gateway` has no fixed version',
    ]);
    expect(manifestFaults(workload(container, 'Deployment', { enableServiceLinks: undefined, hostPID: true }))).toEqual(
      [
        'Deployment gateway: enableServiceLinks is not false',
        'Deployment gateway: shares the network, processes or memory of its host',
      ],
    );
  });

  it('ask for no probes of what ends by itself', () => {
    const { startupProbe: _1, livenessProbe: _2, readinessProbe: _3, ...job } = container;
    expect(manifestFaults(workload(job, 'Job'))).toEqual([]);
    expect(manifestFaults(workload(job))).toHaveLength(3);
  });

  it('are not asked of objects that run nothing', () => {
    expect(manifestFaults({ kind: 'Service', metadata: { name: 'gateway' } })).toEqual([]);
  });
});

describe('the security fields of compose services', () => {
  const service = {
    build: '.',
    user: '1000:1000',
    read_only: true,
    mem_limit: '256m',
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    ports: ['127.0.0.1:8080:8080'],
    environment: { AGION_MODE: 'production', REDIS_URL_FILE: '/run/secrets/agion/REDIS_URL' },
  };
  const faultsOf = (change: object): string[] => composeFaults({ services: { gateway: { ...service, ...change } } });

  it('are complete in this one', () => expect(faultsOf({})).toEqual([]));

  it.each([
    [{ ports: ['8080:8080'] }, 'publishes a port on more than 127.0.0.1'],
    [{ ports: ['0.0.0.0:8080:8080'] }, 'publishes a port on more than 127.0.0.1'],
    [{ environment: { AGION_MODE: 'development' } }, 'runs in development mode'],
    [{ environment: ['POSTGRES_PASSWORD=agion'] }, 'has a secret in its environment'],
    [{ read_only: false }, 'read_only is not true'],
    [{ build: undefined, image: 'redis' }, 'image `redis` has no fixed version'],
  ])('%j is a fault', (change, fault) => expect(faultsOf(change)).toEqual([`gateway: ${fault}`]));
});
