import { DatabaseModule } from '@agion/database';
import { Module } from '@nestjs/common';
import { AgentsModule } from './agents/agents.module.js';
import { OutboxModule } from './outbox/outbox.module.js';
import { CredentialsModule } from './credentials/credentials.module.js';
import { EnrollmentsModule } from './enrollments/enrollments.module.js';
import { ModelsModule } from './models/models.module.js';
import { OrganizationsModule } from './organizations/organizations.module.js';
import { PromptsModule } from './prompts/prompts.module.js';
import { RegistrySettings } from './registry.config.js';
import { ResourcesModule } from './resources/resources.module.js';
import { ServiceAccountsModule } from './service-accounts/service-accounts.module.js';

@Module({
  imports: [
    DatabaseModule.forService('registry', RegistrySettings),
    OutboxModule,
    OrganizationsModule,
    CredentialsModule,
    ServiceAccountsModule,
    EnrollmentsModule,
    AgentsModule,
    PromptsModule,
    ModelsModule,
    ResourcesModule,
  ],
})
export class RegistryModule {}
