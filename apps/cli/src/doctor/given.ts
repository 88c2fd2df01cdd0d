import { readFileSync } from 'node:fs';
import type { GivenSecret } from '@agion/service-kit';
import { DEFAULT_PORTS, SERVICES, type ServiceName } from '@agion/wire';
import { findDataFolder } from '../../../../tools/launcher/data-folder.mjs';
import { readDevFile } from '../../../../tools/launcher/dev-file.mjs';
import { readSettings } from '../../../../tools/launcher/settings.mjs';

type Settings = Readonly<Record<string, string | undefined>>;

/** What the doctor knows of a platform. */
export interface GivenPlatform {
  readonly mode: 'production' | 'development';
  /** Where it is known from, for people. */
  readonly source: string;
  readonly databaseUrl?: string;
  /** Where governance keeps its tables. */
  readonly governanceDatabaseUrl?: string;
  readonly redisUrl?: string;
  readonly isDurabilityAcknowledged: boolean;
  readonly secrets: readonly GivenSecret[];
  readonly gatewayUrl: string;
  /** The services behind the gateway. */
  readonly serviceUrls: ReadonlyMap<ServiceName, string>;
  readonly agent: { readonly token?: string; readonly redisUrl?: string };
}

/** Of the platform's own making, or of its operators. */
const SECRETS = [
  'SUPABASE_JWT_SECRET',
  'GATEWAY_HEADER_SECRET',
  'AGION_STREAM_SECRET',
  'AGION_BUNDLE_KEY',
  'AGION_LEDGER_KEY',
  'AGION_SERVICE_KEY',
  ...SERVICES.map((service) => `${service.toUpperCase()}_SERVICE_KEY`),
  'DATABASE_URL',
  ...SERVICES.map((service) => `${service.toUpperCase()}_DATABASE_URL`),
  'REDIS_URL',
  'AGION_REDIS_URL',
];

/** A setting, or what the file holds that `<name>_FILE` names. @throws Error when that cannot be read */
function settingOf(settings: Settings, name: string): string | undefined {
  const file = settings[`${name}_FILE`];
  return settings[name] ?? (file ? readFileSync(file, 'utf8').trim() : undefined);
}

interface DevFile {
  gateway_url?: string;
  redis_url?: string;
  database_url?: string;
  admin_token?: string;
}

/** The settings of this shell and of `.env`; of a platform that `npm start` runs here, where they say nothing. */
export function givenPlatform(environment: Settings = process.env): GivenPlatform {
  const settings = readSettings(environment) as Settings;
  const folder = findDataFolder(settings.AGION_DATA_DIR);
  const isTold = settings.DATABASE_URL ?? settings.REDIS_URL ?? settings.AGION_GATEWAY_URL ?? settings.REDIS_URL_FILE;
  const dev = (isTold && !settings.AGION_DATA_DIR ? undefined : readDevFile(folder)) as DevFile | undefined;
  const of = (name: string): string | undefined => settingOf(settings, name);
  const databaseUrl = of('DATABASE_URL') ?? of('REGISTRY_DATABASE_URL') ?? dev?.database_url;
  const governanceDatabaseUrl = of('GOVERNANCE_DATABASE_URL') ?? of('DATABASE_URL') ?? dev?.database_url;
  const redisUrl = of('REDIS_URL') ?? dev?.redis_url;
  const agentRedis = of('AGION_REDIS_URL') ?? redisUrl;
  const token = of('AGION_TOKEN') ?? dev?.admin_token;
  const port = (service: ServiceName): string =>
    settings[`${service.toUpperCase()}_PORT`] ?? String(DEFAULT_PORTS[service]);
  return {
    mode: settings.AGION_MODE === 'development' || (dev && !settings.AGION_MODE) ? 'development' : 'production',
    source: dev ? `${folder}/dev.json` : 'settings',
    ...(databaseUrl !== undefined && { databaseUrl }),
    ...(governanceDatabaseUrl !== undefined && { governanceDatabaseUrl }),
    ...(redisUrl !== undefined && { redisUrl }),
    isDurabilityAcknowledged: settings.AGION_REDIS_DURABILITY === 'acknowledged',
    secrets: SECRETS.flatMap((name): GivenSecret[] => {
      const value = of(name);
      return value === undefined ? [] : [{ name, value }];
    }),
    gatewayUrl: settings.AGION_GATEWAY_URL ?? dev?.gateway_url ?? `http://127.0.0.1:${port('gateway')}`,
    serviceUrls: new Map(
      SERVICES.filter((service) => service !== 'gateway').map((service) => [
        service,
        settings[`${service.toUpperCase()}_URL`] ?? `http://127.0.0.1:${port(service)}`,
      ]),
    ),
    agent: { ...(token !== undefined && { token }), ...(agentRedis !== undefined && { redisUrl: agentRedis }) },
  };
}
