import { describe, expect, it } from '@jest/globals';
import { composeFaults, manifestFaults } from './security-fields.mjs';

const container = {
  name: 'gateway',
  image: 'registry.local:5000/agion/gateway:1.0.0',
  resources: { limits: { memory: '256Mi' } },
  securityContext: {
    runAsNonRoot: true,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
};
const deployment = (one: object): object => ({
  kind: 'Deployment',
  metadata: { name: 'gateway' },
  spec: { template: { spec: { automountServiceAccountToken: false, containers: [one] } } },
});

describe('the security fields of manifests', () => {
  it('are complete in this one', () => {
    expect(manifestFaults(deployment(container))).toEqual([]);
  });

  it('are missed one by one', () => {
    expect(manifestFaults(deployment({ name: 'x', image: 'agion/gateway' }))).toHaveLength(6);
    expect(manifestFaults(deployment({ ...container, image: 'registry.local:5000/gateway' }))).toEqual([
      'Deployment gateway: container gateway: image `registry.local:5000/gateway` has no fixed version',
    ]);
  });

  it('are not asked of objects that run nothing', () => {
    expect(manifestFaults({ kind: 'Service', metadata: { name: 'gateway' } })).toEqual([]);
  });

  it('are asked of compose services too', () => {
    const services = { gateway: { build: '.', environment: { AGION_MODE: 'development' } } };
    expect(composeFaults({ services })).toEqual([
      'gateway: no-new-privileges is missing (security_opt)',
      'gateway: runs in development mode',
    ]);
  });
});
