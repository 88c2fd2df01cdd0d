import { describe, expect, it } from '@jest/globals';
import { typeFaults } from './typed-objects.mjs';

const deployment = (container: object): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'gateway' },
  spec: {
    selector: { matchLabels: { app: 'gateway' } },
    template: {
      metadata: { labels: { app: 'gateway' } },
      spec: { containers: [{ name: 'gateway', image: 'agion/gateway:1', ...container }] },
    },
  },
});

describe('an object of Kubernetes', () => {
  it('is fine as it should be', async () => expect(await typeFaults([deployment({})])).toEqual([]));

  it.each([
    ['a misspelt field', { livenesProbe: {} }, 'livenesProbe'],
    ['a value of a wrong kind', { ports: [{ containerPort: '80' }] }, 'containerPort must be integer'],
    ['a missing field', { ports: [{}] }, 'containerPort'],
    ['a word that is none of those allowed', { ports: [{ containerPort: 80, protocol: 'HTTP' }] }, 'protocol'],
  ])('with %s is not', async (_, container, complaint) => {
    const faults = await typeFaults([deployment({}), deployment(container)]);
    expect(faults.join('\n')).toContain(complaint);
    expect(faults[0]).toMatch(/^Deployment gateway: /);
  });

  it('of an unknown kind is not', async () => {
    const faults = await typeFaults([{ apiVersion: 'apps/v1', kind: 'Deploiment', metadata: { name: 'x' } }]);
    expect(faults.join()).toContain('Deploiment x: there is no such kind in apps/v1');
  });
});
