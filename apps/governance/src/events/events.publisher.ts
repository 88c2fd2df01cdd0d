import { StreamProducer } from '@agion/messaging';
import { parsePrivateKey, ServiceSettings, signEntry } from '@agion/service-kit';
import { Injectable } from '@nestjs/common';
import { STREAMS, streamKey } from '@agion/wire';
import type { ReadEvent } from './event-reader.js';

const STREAM_OF = { mission: STREAMS.missions, decision: STREAMS.decisions } as const;

/** Hands on what others take in: mission events to coordination, decisions to the ledger's consumer. Signed: who reports is proven. */
@Injectable()
export class EventsPublisher {
  private readonly key: ReturnType<typeof parsePrivateKey>;

  constructor(
    private readonly producer: StreamProducer,
    settings: ServiceSettings,
  ) {
    this.key = parsePrivateKey(settings.serviceKey);
  }

  async publish(slug: string, events: readonly ReadEvent[]): Promise<void> {
    for (const kind of ['mission', 'decision'] as const) {
      const stream = streamKey(slug, STREAM_OF[kind]);
      const own = events.filter((event) => event.kind === kind);
      await this.producer.appendMany(
        stream,
        own.map(({ fields }) => signEntry(stream, fields, 'governance', this.key)),
      );
    }
  }
}
