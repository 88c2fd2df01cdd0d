import { defineService } from '@agion/service-kit';
import { RegistrySettings } from './registry.config.js';
import { RegistryModule } from './registry.module.js';

/** What exists: organizations, credentials, agents, prompts, models and resources. */
export const registry = defineService({ name: 'registry', module: RegistryModule, settings: RegistrySettings });
