import { deadLetterIn, DeadLetterHandler, ServiceSettings, type StreamMessage } from '@agion/service-kit';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { v7 as uuidv7 } from 'uuid';
import { DeadLetterRowsStore } from './dead-letter-rows.store.js';

/** What became a dead letter is kept as it is: there is no class it would have to fit. */
class AnyEntry {}

/** Entries taken in together: each may have a megabyte. */
const BATCH = 100;

/** Takes what died in any stream out of Redis, into a table people can look at and act upon. */
@Controller()
export class DeadLettersConsumer {
  constructor(
    private readonly rows: DeadLetterRowsStore,
    private readonly settings: ServiceSettings,
  ) {}

  @DeadLetterHandler({ group: 'governance', entry: AnyEntry, read: () => new AnyEntry(), batch: BATCH })
  async record(@Payload() messages: StreamMessage<AnyEntry>[]): Promise<void> {
    const now = new Date();
    await this.rows.record(
      messages.map((message) => {
        const entry = deadLetterIn(message, this.settings.serviceKeys, now);
        return { ...entry, organizationId: message.organization.id, id: uuidv7({ msecs: entry.failedAt.getTime() }) };
      }),
    );
  }
}
