import { StreamKeys, streamKeysFrom } from '@agion/service-kit';
import { Module } from '@nestjs/common';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { RegistrySettings } from '../registry.config.js';
import { StreamKeysController } from './stream-keys.controller.js';
import { StreamKeysService } from './stream-keys.service.js';
import { StreamKeysStore } from './stream-keys.store.js';

@Module({
  imports: [CredentialsModule],
  controllers: [StreamKeysController],
  providers: [StreamKeysService, StreamKeysStore, streamKeysFrom(RegistrySettings)],
  exports: [StreamKeys],
})
export class StreamKeysModule {}
