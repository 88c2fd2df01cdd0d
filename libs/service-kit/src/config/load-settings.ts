import { readFileSync } from 'node:fs';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { StartupError } from '../startup-error.js';
import { type GivenSecret, keyFaults, sharedSecrets, weakSecrets } from './production-faults.js';
import { ServiceSettings } from './service-settings.js';
import { settingsOf, type PropertySetting } from './setting.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything that is wrong with the environment, in one message: a line per setting. */
export class SettingsError extends StartupError {
  constructor(
    readonly service: string,
    readonly faults: readonly string[],
  ) {
    super(
      `${service} cannot start, ${faults.length === 1 ? 'a setting is' : `${faults.length} settings are`} wrong:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
  }
}

/**
 * Reads and validates a settings class; in production also how good its secrets are.
 * @throws SettingsError naming every setting at fault, never a secret's value
 */
export function loadSettings<T extends object>(service: string, settingsClass: new () => T, env: Environment): T {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  const defaults = new settingsClass() as Record<string, unknown>;
  const given = new Map<string, string>();
  for (const setting of settingsOf(settingsClass)) {
    try {
      const found = read(setting, env);
      if (found) {
        values[setting.property] = convert(found.value, typeof defaults[setting.property]);
        given.set(setting.property, found.name);
      }
    } catch (error) {
      faults.push((error as Error).message);
    }
  }
  const settings = plainToInstance(settingsClass, values, { exposeDefaultValues: true });
  for (const error of validateSync(settings, { forbidUnknownValues: false })) {
    const setting = settingsOf(settingsClass).find(({ property }) => property === error.property);
    const name = given.get(error.property) ?? setting?.env[0] ?? error.property;
    const rules = Object.values(error.constraints ?? {}).map((rule) => rule.replace(error.property, '').trim());
    const shown = setting?.secret || !given.has(error.property) ? '' : ` (got \`${String(values[error.property])}\`)`;
    faults.push(`${name} ${rules.join(' and ')}${shown}`);
  }
  if (settings instanceof ServiceSettings && settings.mode === 'production') {
    const secrets = secretsOf(settingsClass, env);
    const keys = faults.length === 0 ? keyFaults(service, settings.serviceKey, settings.serviceKeys) : [];
    faults.push(...weakSecrets(secrets), ...sharedSecrets(secrets), ...keys);
  }
  if (faults.length > 0) throw new SettingsError(service, faults);
  return settings;
}

/** The secrets of the platform's own making that are set; those that cannot be read are left out. */
export function secretsOf(settingsClass: new () => object, env: Environment): GivenSecret[] {
  return settingsOf(settingsClass).flatMap((setting) => {
    if (!setting.secret || setting.foreign) return [];
    try {
      return read(setting, env) ?? [];
    } catch {
      return [];
    }
  });
}

/** Numbers and switches are told by their default; what cannot be converted stays as it is, for validation to name. */
function convert(value: string, kind: string): unknown {
  if (kind === 'number') return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  if (kind === 'boolean') return value === 'true' ? true : value === 'false' ? false : value;
  return value;
}

function read(setting: PropertySetting, env: Environment): { name: string; value: string } | undefined {
  for (const name of setting.env) {
    const value = env[name];
    if (value !== undefined && value !== '') return { name, value };
    const file = setting.secret ? env[`${name}_FILE`] : undefined;
    if (file) {
      try {
        return { name: `${name}_FILE`, value: readFileSync(file, 'utf8').trim() };
      } catch (error) {
        throw new Error(
          `${name}_FILE names \`${file}\`, which cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`,
          { cause: error },
        );
      }
    }
  }
  return undefined;
}
