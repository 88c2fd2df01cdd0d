import 'reflect-metadata';

const SETTINGS = Symbol('settings');

export interface SettingDefinition {
  /** Names of the environment variables, the first one that is set wins; later ones are aliases. */
  readonly env: readonly string[];
  /** What it does, for people: becomes its comment in `.env.example`. */
  readonly about: string;
  /** Shown in `.env.example` where there is no default. */
  readonly example?: string;
  /** A secret is never printed and may be given as a file: `<NAME>_FILE`. */
  readonly secret?: boolean;
  /** A secret that somebody else has made: how strong it is, is not ours to judge. */
  readonly foreign?: boolean;
}

export interface PropertySetting extends SettingDefinition {
  readonly property: string;
}

/**
 * Reads a property of a settings class from the environment. The property's initial value is its default, its class-validator
 * decorators are its rules. A variable that is set to the empty string counts as not set.
 */
export function Setting(
  env: string | readonly string[],
  definition: Omit<SettingDefinition, 'env'>,
): PropertyDecorator {
  return (target, property) => {
    const inherited = (Reflect.getMetadata(SETTINGS, target) as PropertySetting[] | undefined) ?? [];
    const setting = { ...definition, env: typeof env === 'string' ? [env] : env, property: String(property) };
    Reflect.defineMetadata(
      SETTINGS,
      [...inherited.filter((other) => other.property !== setting.property), setting],
      target,
    );
  };
}

/** The settings of a class in the order of their declaration, inherited ones first. */
export function settingsOf(settingsClass: abstract new (...args: never[]) => object): PropertySetting[] {
  return (Reflect.getMetadata(SETTINGS, settingsClass.prototype as object) as PropertySetting[] | undefined) ?? [];
}
