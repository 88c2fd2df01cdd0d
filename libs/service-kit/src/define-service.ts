import type { Type } from '@nestjs/common';
import type { ServiceName } from '@agion/wire';
import type { ServiceSettings } from './config/service-settings.js';

/** A service as a value: what it is, not a running thing. Only a runner touches the process. */
export interface ServiceDefinition<Settings extends ServiceSettings = ServiceSettings> {
  readonly name: ServiceName;
  readonly module: Type;
  /** The class in `<service>.config.ts`; injectable under itself. */
  readonly settings: new () => Settings;
  /** The gateway meets callers from outside and brings its own guard; all others accept signed assertions only. */
  readonly door?: 'public' | 'internal';
  /** How JSON bodies reach handlers: parsed (the default), or raw for a service that passes them on. */
  readonly body?: 'parsed' | 'raw';
}

export const defineService = <Settings extends ServiceSettings>(
  definition: ServiceDefinition<Settings>,
): ServiceDefinition<Settings> => definition;
