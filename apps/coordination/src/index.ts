import { defineService } from '@agion/service-kit';
import { CoordinationSettings } from './coordination.config.js';
import { CoordinationModule } from './coordination.module.js';

/** Who does what: missions and what agents report about them. */
export const coordination = defineService({
  name: 'coordination',
  module: CoordinationModule,
  settings: CoordinationSettings,
});
