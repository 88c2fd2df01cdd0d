import { IdempotencyStore, OrganizationScope } from '@agion/database';
import { Module } from '@nestjs/common';
import { ConfigUpdatesPublisher } from './config-updates.publisher.js';
import { ConfigurationChangesStore } from './configuration-changes.store.js';
import { ConfigurationEditor } from './configuration-editor.service.js';
import { ConfigurationReader } from './configuration-reader.service.js';
import { ConfigurationReadsStore } from './configuration-reads.store.js';
import { IDEMPOTENCY } from './create-once.interceptor.js';

/** What prompts, models and resources have in common. */
@Module({
  providers: [
    ConfigurationReader,
    ConfigurationEditor,
    ConfigurationReadsStore,
    ConfigurationChangesStore,
    ConfigUpdatesPublisher,
    {
      provide: IDEMPOTENCY,
      inject: [OrganizationScope],
      useFactory: (scope: OrganizationScope) => new IdempotencyStore('registry', scope),
    },
  ],
  exports: [ConfigurationReader, ConfigurationEditor, IDEMPOTENCY],
})
export class ConfigurationModule {}
