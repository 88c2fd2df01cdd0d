import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_PORTS, SERVICES } from '@agion/wire';
import { secretObjects } from '../../scripts/secrets/secret-objects.mjs';
import { displayPath, inCheckout } from '../setup/checkout.mjs';
import { KUSTOMIZATIONS } from './check-manifests.mjs';
import { DEFINITIONS, loadAll, unknownNames, writeFiles } from './given-settings.js';
import { renderOverlay } from './kustomize.mjs';
import { manifestFaults } from './security-fields.mjs';
import { typeFaults } from './typed-objects.mjs';

interface Container {
  image: string;
  args?: string[];
  ports: { name: string; containerPort: number }[];
  env: { name: string; value: string }[];
  volumeMounts: { name: string; mountPath: string }[];
  startupProbe: object;
  livenessProbe: object;
  readinessProbe: object;
}
interface KubernetesObject {
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  data?: Record<string, string>;
  // The parts of a spec that are looked at below.
  spec: Template & { ports: object[]; schedule?: string; jobTemplate?: { spec: Template } };
}
interface Template {
  template: { spec: { containers: [Container]; volumes: Volume[] } };
}
interface Volume {
  name: string;
  secret?: { secretName: string; items?: { key: string }[] };
  persistentVolumeClaim?: { claimName: string };
}

const folder = mkdtempSync(path.join(tmpdir(), 'agion-manifests-'));
afterAll(() => rmSync(folder, { recursive: true }));
const rendered = new Map(KUSTOMIZATIONS.map((one) => [displayPath(one), renderOverlay(one) as KubernetesObject[]]));

describe.each([...rendered])('%s', (_, objects) => {
  it('is what the API of Kubernetes describes', async () => expect(await typeFaults(objects)).toEqual([]), 30_000);

  it('is as safe as it can be', () => expect(objects.flatMap(manifestFaults)).toEqual([]));

  it('names its namespaces itself, each with restricted pod security', () => {
    const namespaces = objects.filter(({ kind }) => kind === 'Namespace');
    expect(namespaces.map(({ metadata }) => metadata.labels?.['pod-security.kubernetes.io/enforce'])).toEqual(
      namespaces.map(() => 'restricted'),
    );
    const names = namespaces.map(({ metadata }) => metadata.name);
    expect(names.length).toBeGreaterThan(0);
    const homeless = objects.filter(
      ({ kind, metadata }) => kind !== 'Namespace' && !names.includes(metadata.namespace ?? ''),
    );
    expect(homeless).toEqual([]);
  });
});

const ISSUERS = JSON.stringify([{ supabase_project: 'https://abcdefgh.supabase.co' }]);
const SECRETS = {
  local: secretObjects({ namespace: 'agion' }),
  production: secretObjects({
    namespace: 'agion',
    databaseUrl: 'postgresql://agion:owner@db.example.com/agion?sslmode=verify-full',
    redisUrl: 'rediss://platform:Vb3kT9wQzL5x@redis.example.com:6380',
    issuers: ISSUERS,
  }),
} as Record<string, { items: { metadata: { name: string }; stringData: Record<string, string> }[] }>;

describe.each(['local', 'production'])('overlays/%s', (overlay) => {
  const objects = renderOverlay(inCheckout('k8s', 'overlays', overlay)) as KubernetesObject[];
  const find = (kind: string, name: string): KubernetesObject | undefined =>
    objects.find((one) => one.kind === kind && one.metadata.name === name);
  const secrets = new Map(SECRETS[overlay]?.items.map(({ metadata, stringData }) => [metadata.name, stringData]));

  describe.each(SERVICES)('%s', (service) => {
    const container = find('Deployment', service)?.spec.template.spec.containers[0];
    const pod = find('Deployment', service)?.spec.template.spec;
    const definition = DEFINITIONS.filter(({ name }) => name === service);
    const settings = find('ConfigMap', 'agion-settings')?.data ?? {};
    const own = Object.fromEntries(container?.env.map(({ name, value }) => [name, value]) ?? []);

    it('listens where the others look for it, and is asked how it is', () => {
      const port = DEFAULT_PORTS[service];
      expect(container?.ports).toContainEqual({ name: 'http', containerPort: port });
      expect(container?.ports).toContainEqual({ name: 'metrics', containerPort: Number(settings.METRICS_PORT) });
      expect(find('Service', service)?.spec.ports).toEqual([{ name: 'http', port, targetPort: 'http' }]);
      const ask = (path: string): object => expect.objectContaining({ httpGet: { path, port: 'http' } });
      expect(container).toMatchObject({
        startupProbe: ask('/health'),
        livenessProbe: ask('/health'),
        readinessProbe: ask('/readiness'),
      });
    });

    it('grows with its load and survives the draining of a node', () => {
      expect(find('HorizontalPodAutoscaler', service)?.spec).toMatchObject({
        scaleTargetRef: { kind: 'Deployment', name: service },
      });
      expect(find('PodDisruptionBudget', service)?.spec).toMatchObject({
        selector: { matchLabels: { 'app.kubernetes.io/name': service } },
      });
      expect(find('ServiceAccount', service)).toMatchObject({ automountServiceAccountToken: false });
    });

    it('is told nothing that it does not read', () => {
      expect(unknownNames(own, definition)).toEqual([]);
      expect(unknownNames(settings, DEFINITIONS)).toEqual([]);
    });

    it('can start in production with what it is told', () => {
      const secret = pod?.volumes.find(({ name }) => name === 'secrets')?.secret?.secretName ?? '';
      const files = path.join(folder, overlay, service);
      writeFiles(files, secrets.get(secret) ?? {});
      const mounted = container?.volumeMounts.find(({ name }) => name === 'secrets')?.mountPath ?? '';
      const environment = Object.fromEntries(
        Object.entries({ ...settings, ...own }).map(([name, value]) => [name, value.replace(mounted, files)]),
      );
      expect(loadAll(environment, definition)).toMatchObject([{ mode: 'production' }]);
    });
  });

  it('prepares the database with secrets that are made', () => {
    const pod = find('Job', 'migrate-0.1.0')?.spec.template.spec;
    const names = pod?.containers[0].env.map(({ name }) => name.replace(/_FILE$/, '')).sort();
    expect(Object.keys(secrets.get('agion-migrate') ?? {}).sort()).toEqual(names);
  });

  it('archives trust events each month with the login of governance, into a claim that there is', () => {
    const { schedule, jobTemplate } = find('CronJob', 'trust-archive')?.spec ?? {};
    expect(schedule).toMatch(/^\d+ \d+ \d+ \* \*$/);
    const pod = jobTemplate?.spec.template.spec;
    const [container] = pod?.containers ?? [];
    const own = Object.fromEntries(container?.env.map(({ name, value }) => [name, value]) ?? []);
    const claims = pod?.volumes.flatMap(({ persistentVolumeClaim: claim }) => claim?.claimName ?? []) ?? [];
    expect(claims.map((name) => find('PersistentVolumeClaim', name)?.kind)).toEqual(['PersistentVolumeClaim']);
    expect(container?.volumeMounts).toContainEqual({ name: 'archives', mountPath: own.AGION_ARCHIVE_DIR });
    expect(container?.args).toEqual(['trust', 'archive']);
    const held = pod?.volumes.flatMap(({ secret }) => secret?.items?.map(({ key }) => key) ?? []);
    expect(held).toEqual(['GOVERNANCE_DATABASE_URL']);
    expect(Object.keys(secrets.get('agion-governance') ?? {})).toEqual(expect.arrayContaining(held ?? []));
    expect(own.GOVERNANCE_DATABASE_URL_FILE).toBe('/run/secrets/agion/GOVERNANCE_DATABASE_URL');
    expect(Object.keys(own)).toContain('TRUST_RETENTION_DAYS');
  });

  it('mounts no secret that is not made', () => {
    const mounted = objects
      .flatMap(({ spec }) => (spec?.jobTemplate?.spec ?? spec)?.template?.spec?.volumes ?? [])
      .flatMap(({ secret }) => secret?.secretName ?? []);
    expect(mounted.length).toBeGreaterThan(5);
    expect(mounted.filter((name) => !secrets.has(name))).toEqual([]);
  });

  it('brings Postgres and Redis only where they belong to it', () => {
    const stateful = objects.filter(({ kind }) => kind === 'StatefulSet').map(({ metadata }) => metadata.name);
    expect(stateful.sort()).toEqual(overlay === 'local' ? ['postgres', 'redis'] : []);
  });
});

describe('what docs/deployment.md says about people', () => {
  const gateway = DEFINITIONS.filter(({ name }) => name === 'gateway');
  const page = readFileSync(inCheckout('docs', 'deployment.md'), 'utf8');
  const entries = page.matchAll(/path: \/data\/([A-Z_]+), value: '?([^'}\s]+)'? \}/g);
  const told = Object.fromEntries([...entries].map(([, name = '', value = '']) => [name, value]));

  it('lets the gateway start with several issuers and with an edge function', () => {
    expect(Object.keys(told)).toEqual([
      'JWT_ISSUERS_FILE',
      'GATEWAY_HEADER_SECRET_FILE',
      'GATEWAY_HEADER_ORGANIZATION',
    ]);
    const objects = renderOverlay(inCheckout('k8s', 'overlays', 'production')) as KubernetesObject[];
    const find = (kind: string, name: string): KubernetesObject | undefined =>
      objects.find((one) => one.kind === kind && one.metadata.name === name);
    const container = find('Deployment', 'gateway')?.spec.template.spec.containers[0];
    const own = Object.fromEntries(container?.env.map(({ name, value }) => [name, value]) ?? []);
    const { JWT_JWKS_URI: _, JWT_ISSUER: __, ...settings } = find('ConfigMap', 'agion-settings')?.data ?? {};
    const secret = SECRETS.production?.items.find(({ metadata }) => metadata.name === 'agion-gateway');
    const files = path.join(folder, 'people');
    writeFiles(files, secret?.stringData ?? {});
    const environment = Object.fromEntries(
      Object.entries({ ...settings, ...own, ...told }).map(([name, value]) => [
        name,
        value.replace('/run/secrets/agion', files),
      ]),
    );
    expect(unknownNames(told, gateway)).toEqual([]);
    expect(loadAll(environment, gateway)).toMatchObject([
      { issuers: [{ issuer: 'https://abcdefgh.supabase.co/auth/v1' }], headerOrganization: 'default' },
    ]);
  });
});
