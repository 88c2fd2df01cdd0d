import { DEFAULT_PORTS } from '@agion/wire';

const SERVICES = Object.keys(DEFAULT_PORTS);
const BEHIND = SERVICES.filter((service) => service !== 'gateway');
const REDIS = 6379;
const POSTGRES = 5432;
const METRICS = 9464;
const COLLECTOR = 4318;
const HTTPS = 443;
const HTTPS_TOO = 8443;

/** Who must be able to open a connection to whom, and what for. What is not here must be impossible. */
export const EDGES = [
  { from: ['agent', 'ingress'], to: 'gateway', port: DEFAULT_PORTS.gateway, why: 'the public API' },
  { from: ['agent', ...SERVICES], to: 'redis', port: REDIS, why: 'streams, feeds and notices' },
  ...BEHIND.map((to) => ({ from: ['gateway'], to, port: DEFAULT_PORTS[to], why: 'its routes' })),
  { from: BEHIND, to: 'registry', port: DEFAULT_PORTS.registry, why: 'which organizations there are; agents’ facts' },
  { from: [...BEHIND, 'migrate'], to: 'postgres', port: POSTGRES, why: 'its schema' },
  { from: ['trust-archive'], to: 'postgres', port: POSTGRES, why: 'old trust events' },
  ...SERVICES.map((to) => ({ from: ['telemetry'], to, port: METRICS, why: 'GET /metrics' })),
  { from: SERVICES, to: 'telemetry', port: COLLECTOR, why: 'OTLP' },
  { from: ['gateway'], to: 'internet', port: HTTPS, why: 'JWT_JWKS_URI' },
  { from: ['execution'], to: 'internet', port: HTTPS, why: 'OPENAI_BASE_URL' },
  ...[HTTPS, HTTPS_TOO].map((port) => ({ from: ['governance'], to: 'internet', port, why: 'webhooks' })),
].flatMap(({ from, ...edge }) => from.map((one) => ({ from: one, ...edge })));

/** The services that a source sends questions to. */
export function calledServices(source) {
  const calls = source.matchAll(/\.call(?:<[^()]*>)?\(\s*'(\w+)'/g);
  return [...calls].map(([, called]) => called).filter((called) => called in DEFAULT_PORTS);
}
