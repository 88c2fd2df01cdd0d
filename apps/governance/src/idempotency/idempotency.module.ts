import { IdempotencyStore, OrganizationScope } from '@agion/database';
import { Global, Module } from '@nestjs/common';
import { IDEMPOTENCY_KEYS } from './create-once.interceptor.js';

/** Where every feature's creating POSTs remember their first answers. */
@Global()
@Module({
  providers: [
    {
      provide: IDEMPOTENCY_KEYS,
      inject: [OrganizationScope],
      useFactory: (scope: OrganizationScope) => new IdempotencyStore('governance', scope),
    },
  ],
  exports: [IDEMPOTENCY_KEYS],
})
export class IdempotencyModule {}
