import { PermanentError, StreamProducer } from '@agion/messaging';
import {
  parsePrivateKey,
  ServiceSettings,
  signEntry,
  UnavailableError,
  ValidationFailedError,
} from '@agion/service-kit';
import { Injectable } from '@nestjs/common';
import { STREAMS, streamKey, type Principal } from '@agion/wire';
import type { ReadEvent } from './event-reader.js';
import { IngestGate } from './ingest-gate.publisher.js';

const STREAM_OF = {
  mission: STREAMS.missions,
  decision: STREAMS.decisions,
  report: STREAMS.executionReports,
} as const;
const KINDS = Object.keys(STREAM_OF) as (keyof typeof STREAM_OF)[];

/** Seconds. */
const RETRY_AFTER = 2;

/**
 * Hands on what has consumers of its own: mission events, decisions and execution reports. Signed: who reports is proven. One round
 * trip, so that Redis takes all or, when it is away, none.
 */
@Injectable()
export class EventsPublisher {
  private readonly key: ReturnType<typeof parsePrivateKey>;

  constructor(
    private readonly producer: StreamProducer,
    private readonly gate: IngestGate,
    settings: ServiceSettings,
  ) {
    this.key = parsePrivateKey(settings.serviceKey);
  }

  /**
   * @throws UnavailableError when Redis cannot take them: try again with the same ids, some may have been taken; and what `IngestGate`
   * throws, before anything was
   */
  async publish(caller: Principal, events: readonly ReadEvent[]): Promise<void> {
    const { slug } = caller.organization;
    const appends = KINDS.flatMap((kind) => {
      const stream = streamKey(slug, STREAM_OF[kind]);
      return events
        .filter((event) => event.kind === kind)
        .map(({ fields }) => ({ stream, values: signEntry(stream, fields, 'governance', this.key) }));
    });
    if (appends.length === 0) return;
    const counts = Map.groupBy(appends, ({ stream }) => stream);
    await this.gate.admit(caller, new Map([...counts].map(([stream, group]) => [stream, group.length])));
    const results = await this.producer.appendEach(appends).catch((error: unknown) => [error]);
    const failed = results.find((result) => typeof result !== 'string');
    if (failed === undefined) return;
    if (failed instanceof PermanentError) throw new ValidationFailedError([{ pointer: '', detail: failed.message }]);
    throw Object.assign(new UnavailableError('redis cannot take events now', RETRY_AFTER), { cause: failed });
  }
}
