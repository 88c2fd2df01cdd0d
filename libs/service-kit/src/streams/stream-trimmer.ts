import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type RedisConnection, trimConsumed } from '@agion/messaging';
import type { Logger } from 'pino';
import { LOGGER } from '../logging/logger-token.js';
import { SERVICE, type ServiceFacts } from '../service-facts.js';
import { streamTrimming } from '../telemetry/instruments.js';
import { COMMAND_REDIS } from './redis-token.js';
import { StreamsServer } from './streams-server.js';

/** Milliseconds between two rounds. */
const INTERVAL = 60_000;
/** Milliseconds that entries are kept after every group has done with them, to look back at. */
const KEPT = 3_600_000;

/**
 * Keeps the streams this service consumes from growing for ever: removes what every group has read and acknowledged, and never by
 * length, which would drop entries nobody has read. Several replicas may do it at once.
 */
@Injectable()
export class StreamTrimmer implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private readonly trimmed: (stream: string, entries: number) => void;

  constructor(
    @Inject(COMMAND_REDIS) private readonly redis: RedisConnection,
    private readonly streams: StreamsServer,
    @Inject(SERVICE) service: ServiceFacts,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.trimmed = streamTrimming(service.name);
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.trim(), INTERVAL).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** One round. @param keptMs see KEPT. @returns entries removed */
  async trim(keptMs = KEPT): Promise<number> {
    let removed = 0;
    for (const stream of this.streams.consumed()) {
      try {
        const entries = await trimConsumed(this.redis, stream, keptMs);
        this.trimmed(stream, entries);
        removed += entries;
      } catch (error) {
        this.logger.warn({ err: error, stream }, 'stream could not be trimmed');
      }
    }
    return removed;
  }
}
