import { developmentKeys } from '../../tools/launcher/development-keys.mjs';
import { signPeopleTokens } from '../../tools/launcher/people-tokens.mjs';
import { freePort, SERVICES } from '../../tools/launcher/ports.mjs';
import { processesToStart, serviceEnvironment, serviceUrls } from '../../tools/launcher/service-environment.mjs';

/** As in production, but on loopback; tracing off, one log line per request. */
const MEASURED = {
  AGION_MODE: 'production',
  AGION_BIND: '127.0.0.1',
  OTEL_SDK_DISABLED: 'true',
  LOG_LEVEL: 'info',
  METRICS_PORT: '0',
};

/**
 * Settings of the platform on free ports with fresh keys.
 * @param databases of `startDatabases`
 * @param extra settings on top
 * @returns `{urls, processes, people}`: origins by service; what to start, one process for all (`all-in-one`) or one each; and people's
 * tokens by role
 */
export async function platformSettings({ databaseUrl, redisUrl, folder }, { split, extra = {} }) {
  const ports = { services: {}, metrics: Object.keys(SERVICES).map(() => 0) };
  for (const service of Object.keys(SERVICES)) ports.services[service] = await freePort();
  const keys = developmentKeys(folder);
  const common = serviceEnvironment({ settings: {}, ports, keys, databaseUrl, redisUrl });
  const environment = { ...common, ...MEASURED, ...extra };
  const { SUPABASE_JWT_SECRET: secret, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = environment;
  return {
    urls: serviceUrls(ports),
    processes: processesToStart({ environment, keys, ports, split }),
    people: await signPeopleTokens({ secret, issuer, audience }),
  };
}
