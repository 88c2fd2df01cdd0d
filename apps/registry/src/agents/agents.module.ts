import { Module } from '@nestjs/common';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { AgentKeysClient } from './agent-keys.client.js';
import { AgentFactsController } from './agent-facts.controller.js';
import { AgentsController } from './agents.controller.js';
import { AgentsService } from './agents.service.js';
import { AgentsStore } from './agents.store.js';
import { PolicyAdoptionController } from './policy-adoption.controller.js';
import { PolicyAdoptionStore } from './policy-adoption.store.js';
import { InstancesStore } from './instances.store.js';
import { StreamKeysModule } from '../stream-keys/stream-keys.module.js';
import { RegistrationService } from './registration.service.js';

@Module({
  imports: [CredentialsModule, StreamKeysModule],
  controllers: [AgentsController, AgentFactsController, PolicyAdoptionController],
  providers: [AgentsService, RegistrationService, AgentsStore, InstancesStore, PolicyAdoptionStore, AgentKeysClient],
})
export class AgentsModule {}
