import { Outbox, WorkerPool } from '@agion/database';
import { OUTBOX_SOURCE, OutboxPublisher } from '@agion/service-kit';
import { Global, Module } from '@nestjs/common';

/** Every feature leaves the facts it has committed in the one outbox. */
@Global()
@Module({
  providers: [
    { provide: Outbox, inject: [WorkerPool], useFactory: (worker: WorkerPool) => new Outbox('governance', worker) },
    { provide: OUTBOX_SOURCE, useExisting: Outbox },
    OutboxPublisher,
  ],
  exports: [Outbox, OutboxPublisher],
})
export class OutboxModule {}
