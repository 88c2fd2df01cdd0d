import { defineService, type ServiceDefinition } from '@agion/service-kit';
import { ExecutionSettings } from './execution.config.js';
import { ExecutionModule } from './execution.module.js';

/** Does the work: runs and their models. */
export const execution: ServiceDefinition<ExecutionSettings> = defineService({
  name: 'execution',
  module: ExecutionModule,
  settings: ExecutionSettings,
});

export { ExecutionSettings } from './execution.config.js';
