import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_PORTS, SERVICES } from '@agion/wire';
import { writeSecretFolders } from '../../scripts/secrets/secret-folders.mjs';
import { COMPOSE } from './check-manifests.mjs';
import { environmentOf, readCompose } from './compose-file.mjs';
import { schemaFaults } from './compose-schema.mjs';
import { EDGES } from './edges.mjs';
import { DEFINITIONS, loadAll, unknownNames } from './given-settings.js';
import { renderOverlay } from './kustomize.mjs';
import { inCheckout } from '../setup/checkout.mjs';
import { composeFaults } from './security-fields.mjs';

interface ComposeService {
  image: string;
  user?: string;
  build?: { args?: { APP?: string }; target?: string };
  networks?: string[] | Record<string, unknown>;
  volumes?: string[];
  ports?: string[];
  command?: string[];
  profiles?: string[];
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
}
const compose = readCompose(COMPOSE) as {
  services: Record<string, ComposeService>;
  networks: Record<string, { internal?: boolean }>;
};
const folder = mkdtempSync(path.join(tmpdir(), 'agion-compose-'));
const APPS = [...SERVICES, 'all-in-one'];
const definitionsOf = (app: string): typeof DEFINITIONS =>
  app === 'all-in-one' ? DEFINITIONS : DEFINITIONS.filter(({ name }) => name === app);
const environment = (app: string, variables = {}): Record<string, string> =>
  environmentOf(readCompose(COMPOSE, variables), app, folder);
const networksOf = (name: string): string[] => {
  const networks = name === 'agent' ? ['agents'] : (compose.services[name]?.networks ?? []);
  return Array.isArray(networks) ? networks : Object.keys(networks);
};

beforeAll(() => {
  writeSecretFolders(folder, {
    databaseUrl: 'postgresql://agion@postgres:5432/agion',
    redisUrl: 'redis://redis:6379',
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('docker-compose.yml', () => {
  it('is what the Compose specification describes', () => expect(schemaFaults(COMPOSE)).toEqual([]));

  it('is as safe as it can be', () => expect(composeFaults(compose)).toEqual([]));

  it('runs as root only what hands the secrets out, without a network', () => {
    const root = Object.entries(compose.services).filter(([, { user }]) => user?.startsWith('0'));
    expect(root).toEqual([['secrets', expect.objectContaining({ network_mode: 'none', cap_add: ['CHOWN'] })]]);
  });

  it('publishes the gateway and nothing else', () => {
    const published = Object.entries(compose.services).flatMap(([name, { ports = [] }]) =>
      ports.map((port) => [name, port]),
    );
    const port = `127.0.0.1:8080:${DEFAULT_PORTS.gateway}`;
    expect(published).toEqual([
      ['gateway', port],
      ['all-in-one', port],
    ]);
  });

  it('lets reach each other who has to, and nobody else reach what they hold', () => {
    const meet = (one: string, other: string): boolean =>
      networksOf(one).some((each) => networksOf(other).includes(each));
    const parts = [...Object.keys(compose.services), 'agent'];
    const needed = EDGES.filter(({ from, to }) => parts.includes(from) && parts.includes(to));
    expect(needed.length).toBeGreaterThan(15);
    expect(needed.filter(({ from, to }) => from !== to && !meet(from, to))).toEqual([]);
    const reached = (one: string): string[] => parts.filter((other) => other !== one && meet(one, other)).sort();
    expect(reached('agent')).toEqual(['all-in-one', 'gateway', 'redis']);
    expect(reached('gateway')).not.toContain('postgres');
    expect(reached('postgres')).toEqual([
      'all-in-one',
      'coordination',
      'execution',
      'governance',
      'migrate',
      'registry',
    ]);
    const outward = Object.keys(compose.networks).filter((name) => !compose.networks[name]?.internal);
    expect(parts.filter((one) => networksOf(one).some((each) => outward.includes(each))).sort()).toEqual([
      'agent',
      'all-in-one',
      'execution',
      'gateway',
      'governance',
      'redis', // by the agents’ network
    ]);
  });

  it('gives no two of its services the same secrets', () => {
    const mounts = Object.entries(compose.services)
      .filter(([name]) => name !== 'secrets')
      .flatMap(([, { volumes = [] }]) => volumes.filter((volume) => volume.startsWith('secrets-')));
    expect(mounts.every((mount) => mount.endsWith(':/run/secrets/agion:ro'))).toBe(true);
    expect(new Set(mounts).size).toBe(mounts.length);
    const written = compose.services.secrets?.volumes?.map((volume) => volume.split(':')[0]) ?? [];
    expect(mounts.map((mount) => mount.split(':')[0]).filter((volume) => !written.includes(volume))).toEqual([]);
  });

  it('starts each part when what it needs is there', () => {
    const healthy = Object.entries(compose.services).flatMap(([name, { depends_on: needs = {} }]) =>
      Object.entries(needs).map(([needed, { condition }]) => ({ name, needed, condition })),
    );
    for (const { needed, condition } of healthy)
      if (condition === 'service_healthy') expect(compose.services[needed]?.healthcheck).toBeDefined();
      else
        expect([condition, ['secrets', 'migrate'].includes(needed)]).toEqual(['service_completed_successfully', true]);
    for (const service of SERVICES.filter((name) => name !== 'gateway'))
      expect(Object.keys(compose.services[service]?.depends_on ?? {})).toEqual(['migrate', 'redis']);
    expect(Object.keys(compose.services.gateway?.depends_on ?? {}).sort()).toEqual(
      ['redis', ...SERVICES.filter((name) => name !== 'gateway')].sort(),
    );
  });

  it('runs Redis as the cluster of one’s own does', () => {
    const redis = (
      renderOverlay(inCheckout('k8s', 'overlays', 'local')) as { kind: string; metadata: { name: string } }[]
    ).find(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === 'redis');
    expect(redis).toMatchObject({
      spec: {
        template: {
          spec: { containers: [{ image: compose.services.redis?.image, args: compose.services.redis?.command }] },
        },
      },
    });
    expect(compose.services.redis?.command).toEqual(
      expect.arrayContaining(['--appendonly yes', '--appendfsync everysec', '--maxmemory-policy noeviction']),
    );
  });
});

describe.each(APPS)('%s', (app) => {
  it('is its own image', () => {
    expect(compose.services[app]?.build).toEqual({ context: '.', target: 'app', args: { APP: app } });
    expect(compose.services[app]?.profiles).toEqual(app === 'all-in-one' ? ['aio'] : undefined);
  });

  it('is told nothing that it does not read', () => {
    expect(unknownNames(environment(app), definitionsOf(app))).toEqual([]);
  });

  it('can start in production with what it is told', () => {
    const loaded = loadAll(environment(app), definitionsOf(app));
    expect(loaded.map(({ mode }) => mode)).toEqual(definitionsOf(app).map(() => 'production'));
  });
});

describe('files of the gateway’s', () => {
  const files = '/run/gateway';
  it('are a folder of this machine where one is named, and none where none is', () => {
    const mount = (variables = {}): string[] => {
      const { services } = readCompose(COMPOSE, variables) as typeof compose;
      return services.gateway?.volumes?.filter((one) => one.includes(files)) ?? [];
    };
    expect(mount()).toEqual([`gateway-files:${files}:ro`]);
    expect(mount({ GATEWAY_FILES: './gateway' })).toEqual([`./gateway:${files}:ro`]);
  });

  it('are issuers, besides the secret of an edge function, which is made with the others', () => {
    const issuers = path.join(folder, 'issuers.json');
    writeFileSync(issuers, JSON.stringify([{ supabase_project: 'https://abcdefgh.supabase.co' }]));
    const variables = {
      JWT_ISSUERS_FILE: issuers,
      SUPABASE_JWT_SECRET_FILE: '',
      GATEWAY_HEADER_SECRET_FILE: '/run/secrets/agion/GATEWAY_HEADER_SECRET',
      GATEWAY_HEADER_ORGANIZATION: 'default',
    };
    expect(loadAll(environment('gateway', variables), definitionsOf('gateway'))).toMatchObject([
      { issuers: [{ issuer: 'https://abcdefgh.supabase.co/auth/v1' }], headerSecret: expect.stringMatching(/.{32}/) },
    ]);
  });

  it('are a certificate and its key, with a port for them, by docker-compose.tls.yml', () => {
    const file = inCheckout('docker-compose.tls.yml');
    expect(schemaFaults(file)).toEqual([]);
    const { services } = readCompose(file) as {
      services: Record<string, ComposeService & { environment: Record<string, string> }>;
    };
    for (const app of ['gateway', 'all-in-one']) {
      expect(services[app]?.ports).toEqual(['127.0.0.1:8443:8443']);
      const loaded = loadAll({ ...environment(app), ...services[app]?.environment }, definitionsOf(app)).at(-1);
      expect(loaded).toMatchObject({ tls: { port: 8443, cert: `${files}/tls.crt`, key: `${files}/tls.key` } });
    }
  });
});

describe('an identity provider', () => {
  it('takes the place of the generated secret', () => {
    const variables = { JWT_JWKS_URI: 'https://identity.example.com/keys', SUPABASE_JWT_SECRET_FILE: '' };
    expect(loadAll(environment('gateway', variables), definitionsOf('gateway'))).toMatchObject([
      { jwksUri: variables.JWT_JWKS_URI },
    ]);
    expect(() =>
      loadAll(environment('gateway', { JWT_JWKS_URI: variables.JWT_JWKS_URI }), definitionsOf('gateway')),
    ).toThrow('and not both');
  });
});
