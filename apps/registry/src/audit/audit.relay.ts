import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { StreamProducer } from '@agion/messaging';
import { LOGGER, OutboxRelay, parsePrivateKey, signEntry, type OutboxSource } from '@agion/service-kit';
import type { Logger } from 'pino';
import { RegistrySettings } from '../registry.config.js';

/** Where the relay finds what waits to be published. */
export const AUDIT_SOURCE = Symbol('audit source');

/** Brings what the registry's transactions left in its outbox to the audit stream, signed as the registry. */
@Injectable()
export class AuditRelay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly relay: OutboxRelay;

  constructor(
    @Inject(AUDIT_SOURCE) source: OutboxSource,
    producer: StreamProducer,
    settings: RegistrySettings,
    @Inject(LOGGER) logger: Logger,
  ) {
    const key = parsePrivateKey(settings.serviceKey);
    this.relay = new OutboxRelay({
      source,
      producer,
      logger,
      sign: ({ stream, fields }) => ({ stream, fields: signEntry(stream, fields, 'registry', key) }),
    });
  }

  /** Something was committed that others should hear of now. */
  nudge(): void {
    this.relay.nudge();
  }

  onApplicationBootstrap(): void {
    this.relay.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.relay.stop();
  }
}
