import type { ServiceName } from '@agion/wire';

/** Injection token of what a service knows about itself. */
export const SERVICE = Symbol('service');

export interface ServiceFacts {
  name: ServiceName;
  version: string;
}

/** The platform's version; all services are released together. */
export const VERSION = '0.1.0';
