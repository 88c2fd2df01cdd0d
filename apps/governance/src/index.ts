import { defineService } from '@agion/service-kit';
import { GovernanceSettings } from './governance.config.js';
import { GovernanceModule } from './governance.module.js';

/** Whether it may be done, and what was done: for now the audit trail. */
export const governance = defineService({
  name: 'governance',
  module: GovernanceModule,
  settings: GovernanceSettings,
});
