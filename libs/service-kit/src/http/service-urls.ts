import { DEFAULT_PORTS, type ServiceName } from '@agion/wire';
import type { ServiceSettings } from '../config/service-settings.js';

export type CalledService = Exclude<ServiceName, 'gateway'>;

/** Where another service listens: as set, else its name in production (compose and Kubernetes resolve it), loopback in development. */
export function serviceUrl(settings: ServiceSettings, service: CalledService): string {
  const host = settings.mode === 'development' ? '127.0.0.1' : service;
  return settings[`${service}Url`] ?? `http://${host}:${DEFAULT_PORTS[service]}`;
}
