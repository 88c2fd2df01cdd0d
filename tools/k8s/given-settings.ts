import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { coordination } from '@agion/coordination';
import { execution } from '@agion/execution';
import { gateway } from '@agion/gateway';
import { governance } from '@agion/governance';
import { registry } from '@agion/registry';
import { loadSettings, type ServiceDefinition, settingsOf } from '@agion/service-kit';

/** Those that are called start before those that call them. */
export const DEFINITIONS: readonly ServiceDefinition[] = [registry, governance, coordination, execution, gateway];

/** Read by OpenTelemetry and Node rather than by a settings class. */
const ELSEWHERE = /^(OTEL_|NODE_)/;

/** Names in an environment that no setting of these services has: misspelt, or of another service. */
export function unknownNames(environment: Record<string, string>, services: readonly ServiceDefinition[]): string[] {
  const settings = services.flatMap(({ settings: settingsClass }) => settingsOf(settingsClass));
  const names = new Set(
    settings.flatMap(({ env, secret }) => env.flatMap((name) => (secret ? [name, `${name}_FILE`] : [name]))),
  );
  return Object.keys(environment).filter((name) => !names.has(name) && !ELSEWHERE.test(name));
}

/** Loads the settings of each service, as it does itself. @throws SettingsError naming everything that is wrong or missing */
export function loadAll(
  environment: Record<string, string>,
  services: readonly ServiceDefinition[],
): { mode: string }[] {
  return services.map(({ name, settings }) => loadSettings(name, settings, environment));
}

/** Writes the values of a Secret as the files a pod would see. */
export function writeFiles(folder: string, values: Record<string, string>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, value] of Object.entries(values)) writeFileSync(path.join(folder, name), value, { mode: 0o600 });
}
