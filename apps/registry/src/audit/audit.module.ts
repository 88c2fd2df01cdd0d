import { Outbox, WorkerPool } from '@agion/database';
import { Global, Module } from '@nestjs/common';
import { AUDIT_SOURCE, AuditRelay } from './audit.relay.js';

/** Every feature leaves its audit entries in the one outbox. */
@Global()
@Module({
  providers: [
    { provide: Outbox, inject: [WorkerPool], useFactory: (worker: WorkerPool) => new Outbox('registry', worker) },
    { provide: AUDIT_SOURCE, useExisting: Outbox },
    AuditRelay,
  ],
  exports: [Outbox, AuditRelay],
})
export class AuditModule {}
