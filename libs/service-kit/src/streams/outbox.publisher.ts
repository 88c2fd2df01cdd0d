import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { StreamProducer } from '@agion/messaging';
import type { Logger } from 'pino';
import { ServiceSettings } from '../config/service-settings.js';
import { signEntry } from '../identity/entry-signature.js';
import { parsePrivateKey } from '../identity/service-keys.js';
import { LOGGER } from '../logging/logger-token.js';
import { SERVICE, type ServiceFacts } from '../service-facts.js';
import { outboxPublished } from '../telemetry/instruments.js';
import { OutboxRelay, type OutboxSource } from './outbox-relay.js';

/** Injection token of the service's outbox. */
export const OUTBOX_SOURCE = Symbol('outbox source');

/** Publishes what the service's transactions left in its outbox, signed as the service, for as long as it runs. */
@Injectable()
export class OutboxPublisher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly relay: OutboxRelay;

  constructor(
    @Inject(OUTBOX_SOURCE) source: OutboxSource,
    producer: StreamProducer,
    settings: ServiceSettings,
    @Inject(SERVICE) { name }: ServiceFacts,
    @Inject(LOGGER) logger: Logger,
  ) {
    const key = parsePrivateKey(settings.serviceKey);
    this.relay = new OutboxRelay({
      source,
      producer,
      logger,
      published: outboxPublished(name),
      sign: ({ stream, fields }) => ({ stream, fields: signEntry(stream, fields, name, key) }),
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
