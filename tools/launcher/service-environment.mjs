import { SERVICES } from './ports.mjs';

/** What a development platform says unless the caller's settings say otherwise. */
const DEFAULTS = {
  AGION_BIND: '127.0.0.1',
  JWT_ISSUER: 'agion-development',
  JWT_AUDIENCE: 'agion',
  JWT_DEFAULT_ORGANIZATION: 'default',
};

const EVERYWHERE = ['0.0.0.0', '::'];

/** Where this machine reaches each service. */
export function serviceUrls(ports, bind = DEFAULTS.AGION_BIND) {
  const host = EVERYWHERE.includes(bind) ? '127.0.0.1' : bind;
  const authority = host.includes(':') ? `[${host}]` : host;
  return Object.fromEntries(
    Object.entries(ports.services).map(([name, port]) => [name, `http://${authority}:${port}`]),
  );
}

/**
 * The settings of the services, complete: the caller's, the development defaults, addresses and keys.
 * @param ports of `choosePorts`
 */
export function serviceEnvironment({ settings, ports, keys, databaseUrl, redisUrl }) {
  const publicKeys = Object.fromEntries(Object.entries(keys.services).map(([service, pair]) => [service, pair.public]));
  const environment = {
    ...DEFAULTS,
    AGION_SERVICE_KEYS: JSON.stringify(publicKeys),
    AGION_STREAM_SECRET: keys.stream_secret,
    AGION_LEDGER_KEY: keys.ledger,
    AGION_BUNDLE_KEY: keys.bundle.private,
    ...settings,
    AGION_MODE: 'development',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    METRICS_PORT: String(ports.metrics[0] ?? 0),
  };
  if (!settings.JWT_JWKS_URI) environment.SUPABASE_JWT_SECRET ??= keys.jwt_secret;
  const urls = serviceUrls(ports, environment.AGION_BIND);
  for (const [service, port] of Object.entries(ports.services)) {
    environment[`${service.toUpperCase()}_PORT`] = String(port);
    environment[`${service.toUpperCase()}_URL`] ??= urls[service];
  }
  return environment;
}

const keyVariable = (service) => `${service.toUpperCase()}_SERVICE_KEY`;

/**
 * One entry per process to start: all services in one, or each in its own. A process gets the private keys of its services only.
 */
export function processesToStart({ environment, keys, ports, split }) {
  const names = Object.keys(SERVICES);
  const privateKeys = (services) =>
    settingsOf(environment, services, (service) => [keyVariable(service), keys.services[service].private]);
  if (!split) {
    return [{ name: 'all-in-one', services: names, environment: { ...environment, ...privateKeys(names) } }];
  }
  return names.map((name, index) => ({
    name,
    services: [name],
    environment: { ...environment, ...privateKeys([name]), METRICS_PORT: String(ports.metrics[index] ?? 0) },
  }));
}

// A key of the caller's own choice stays.
const settingsOf = (environment, services, entry) =>
  Object.fromEntries(services.map(entry).filter(([variable]) => environment[variable] === undefined));
