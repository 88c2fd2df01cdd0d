import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { DEFAULT_PORTS, SERVICES } from '@agion/wire';
import { ROUTES } from '../../apps/gateway/src/routing/routes.js';
import { inCheckout } from '../setup/checkout.mjs';
import { calledServices, EDGES } from './edges.mjs';
import { renderOverlay } from './kustomize.mjs';
import { isAllowed } from './network-policy.mjs';

type Labels = Record<string, string>;
interface End {
  namespace?: string;
  namespaceLabels?: Labels;
  labels?: Labels;
  address?: string;
}
interface Rendered {
  kind: string;
  metadata: { name: string; namespace: string; labels?: Labels };
  spec: Template & { jobTemplate?: { spec: Template } };
}
interface Template {
  template: { metadata: { labels: Labels } };
}

const overlay = (name: string): Rendered[] => renderOverlay(inCheckout('k8s', 'overlays', name)) as Rendered[];
const agents = renderOverlay(inCheckout('k8s', 'agents')) as Rendered[];
const policiesOf = (objects: Rendered[]): Rendered[] => objects.filter(({ kind }) => kind === 'NetworkPolicy');

/** The ends of connections, by the names the table uses: the pods of an overlay and who else there is. */
function endsOf(objects: Rendered[]): Record<string, End> {
  const namespaceLabels = (name: string): Labels => ({
    'kubernetes.io/metadata.name': name,
    ...objects.find(({ kind, metadata }) => kind === 'Namespace' && metadata.name === name)?.metadata.labels,
  });
  const pods = objects
    .filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job', 'CronJob'].includes(kind))
    .map(({ metadata, spec }): [string, End] => {
      const { labels } = (spec.jobTemplate?.spec ?? spec).template.metadata;
      const { namespace } = metadata;
      return [
        labels['app.kubernetes.io/name'] ?? '',
        { namespace, namespaceLabels: namespaceLabels(namespace), labels },
      ];
    });
  const elsewhere = (label: string, labels: Labels = {}): End => ({
    namespace: label,
    namespaceLabels: { [`platform.agion.com/${label}`]: 'allowed' },
    labels,
  });
  return {
    ...Object.fromEntries(pods),
    agent: {
      namespace: 'agion-agents',
      namespaceLabels: namespaceLabels('agion-agents'),
      labels: { 'platform.agion.com/component': 'agent-container' },
    },
    ingress: elsewhere('ingress'),
    telemetry: elsewhere('telemetry'),
    stranger: {
      namespace: 'stranger',
      namespaceLabels: {},
      labels: { 'platform.agion.com/component': 'agent-container' },
    },
    internet: { address: '192.0.2.1' },
    cloudMetadata: { address: '169.254.169.254' },
    neighbour: { address: '10.1.2.3' },
  };
}

const PORTS = [...new Set(EDGES.map(({ port }) => port)), 53, 80];
const text = (from: string, to: string, port: number): string => `${from} → ${to}:${port}`;

/** Every connection that the policies of an overlay let pass. */
function possible(objects: Rendered[]): string[] {
  const ends = Object.entries(endsOf(objects));
  const policies = policiesOf(objects);
  return ends
    .flatMap(([fromName, from]) =>
      ends.flatMap(([toName, to]) =>
        PORTS.filter((port) => isAllowed(policies, { from, to, port })).map((port) => ({
          from,
          to,
          fromName,
          toName,
          port,
        })),
      ),
    )
    .filter(({ from, to }) => from.namespace === 'agion' || to.namespace === 'agion') // the rest is none of ours
    .map(({ fromName, toName, port }) => text(fromName, toName, port))
    .sort();
}

const wanted = EDGES.map(({ from, to, port }) => text(from, to, port));

describe('the network policies', () => {
  it('of a cluster of one’s own let through what the table says, and nothing else', () => {
    expect(possible(overlay('local'))).toEqual([...new Set(wanted)].sort());
  });

  it('of production do the same, with Postgres and Redis at addresses elsewhere', () => {
    const here = wanted.filter((edge) => !/(redis|postgres):/.test(edge));
    const data = [...SERVICES.map((one) => `${one} → D:6379`), ...DATABASE_CLIENTS.map((one) => `${one} → D:5432`)];
    const toData = data.flatMap((edge) => [edge.replace('D', 'internet'), edge.replace('D', 'neighbour')]);
    expect(possible([...overlay('production'), ...agents])).toEqual([...here, ...toData].sort());
  });

  it('let every pod ask the cluster’s DNS', () => {
    const objects = overlay('local');
    const dns = {
      namespace: 'kube-system',
      namespaceLabels: { 'kubernetes.io/metadata.name': 'kube-system' },
      labels: {},
    };
    const mute = Object.entries(endsOf(objects))
      .filter(([, end]) => end.namespace?.startsWith('agion'))
      .filter(([, from]) => !isAllowed(policiesOf(objects), { from, to: dns, port: 53, protocol: 'UDP' }));
    expect(mute).toEqual([]);
  });
});

const DATABASE_CLIENTS = ['registry', 'coordination', 'governance', 'execution', 'migrate', 'trust-archive'];
const sources = (pattern: string): string =>
  globSync(pattern, { cwd: inCheckout(), exclude: (name) => name.endsWith('.spec.ts') })
    .map((file) => readFileSync(inCheckout(file), 'utf8'))
    .join('\n');
const called = (service: string): string[] => [
  ...calledServices(sources(`apps/${service}/src/**/*.ts`)),
  ...calledServices(sources('libs/service-kit/src/**/*.ts')), // part of every service
];

describe('the table of connections', () => {
  const serviceEdges = EDGES.filter(({ to }) => (SERVICES as readonly string[]).includes(to));

  it('has the five of the agents’ documentation', () => {
    expect(wanted).toEqual(
      expect.arrayContaining([
        'agent → gateway:8080',
        'agent → redis:6379',
        'gateway → governance:8083',
        'gateway → redis:6379',
        'governance → redis:6379',
      ]),
    );
  });

  it('has each call between services that the code makes, and no other', () => {
    const made = new Set(
      SERVICES.flatMap((from) => {
        const routed = from === 'gateway' ? ROUTES.map(({ to }) => to).filter((to) => to !== 'gateway') : [];
        return [...called(from), ...routed].map((to) =>
          text(from, to, DEFAULT_PORTS[to as keyof typeof DEFAULT_PORTS]),
        );
      }),
    );
    const own = serviceEdges.filter(
      ({ from, port }) => (SERVICES as readonly string[]).includes(from) && port !== 9464,
    );
    expect(own.map(({ from, to, port }) => text(from, to, port)).sort()).toEqual([...made].sort());
  });

  it('has a way to Postgres for those who use it', () => {
    const users = SERVICES.filter((service) =>
      sources(`apps/${service}/src/**/*.ts`).includes("from '@agion/database'"),
    );
    expect(EDGES.filter(({ to }) => to === 'postgres').map(({ from }) => from)).toEqual([
      ...users,
      'migrate',
      'trust-archive',
    ]);
  });

  it('notices a call that is not in it', () => {
    expect(calledServices("this.client.call<Answer>('governance', {")).toEqual(['governance']);
    expect(calledServices("await this.client\n  .call('execution', { path })")).toEqual(['execution']);
  });

  it('is the one in the document', () => {
    const rows = readFileSync(inCheckout('docs/deployment.md'), 'utf8')
      .split('## Who reaches whom')[1]
      ?.split('\n## ')[0]
      ?.matchAll(/^\| (.+?) +\| (.+?) +\| (\d+) +\|$/gm);
    const names = (list: string): string[] =>
      list
        .replace(/ \(.*\)/, '')
        .split(', ')
        .flatMap((name) => WORDS[name] ?? [name]);
    const documented = [...(rows ?? [])].flatMap(([, from = '', to = '', port = '']) =>
      names(from).flatMap((one) => names(to).map((other) => text(one, other, Number(port)))),
    );
    expect(documented.filter((edge) => !edge.endsWith(':53')).sort()).toEqual([...new Set(wanted)].sort());
  });
});

/** What the document calls the ends of the table. */
const WORDS: Record<string, string[]> = {
  agents: ['agent'],
  'ingress controller': ['ingress'],
  'every service': [...SERVICES],
  Redis: ['redis'],
  Postgres: ['postgres'],
  migration: ['migrate'],
  Prometheus: ['telemetry'],
  collector: ['telemetry'],
  'the internet': ['internet'],
};
