import { type DynamicModule, Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import {
  Channels,
  connected,
  createRedis,
  EventFeed,
  inspectServer,
  RedisClock,
  type RedisConnection,
  type RedisServer,
  serverDangers,
  StreamProducer,
  TopicHub,
} from '@agion/messaging';
import type { ServiceName } from '@agion/wire';
import type { Logger } from 'pino';
import { ServiceSettings } from '../config/service-settings.js';
import type { ReadinessCheck } from '../health/readiness.js';
import { LOGGER } from '../logging/logger-token.js';
import { StartupError } from '../startup-error.js';
import { OrganizationDirectory } from './organization-directory.js';
import { acceptDangers, durabilityReport } from './redis-durability.js';
import { COMMAND_REDIS } from './redis-token.js';
import { StreamTrimmer } from './stream-trimmer.js';
import { StreamWatch } from './stream-watch.js';
import { StreamsServer } from './streams-server.js';

/** Milliseconds a service waits for Redis before it gives up starting. */
const START_TIMEOUT = 10_000;

/** Opens and closes what the service shares of Redis; consumers bring connections of their own. */
@Injectable()
export class RedisLifecycle implements ReadinessCheck, OnApplicationShutdown {
  readonly readinessName = 'redis';

  constructor(
    @Inject(COMMAND_REDIS) private readonly redis: RedisConnection,
    private readonly hub: TopicHub,
    private readonly settings: ServiceSettings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Called before anything is read or written. @throws StartupError when Redis does not answer, or would lose what it is given */
  async open(): Promise<void> {
    const server = await this.inspect().catch((error: Error) => {
      throw new StartupError(`${error.message}: set REDIS_URL to a running Redis`, { cause: error });
    });
    const dangers = serverDangers(server);
    for (const warning of acceptDangers(dangers, this.settings)) this.logger.warn(warning);
  }

  /** Asks again after a time-out: a process that starts is busy, and may be late to hear an answer. */
  private async inspect(): Promise<RedisServer> {
    const deadline = performance.now() + START_TIMEOUT;
    for (;;) {
      const left = deadline - performance.now();
      await connected(this.redis, Math.max(left, 1));
      try {
        return await inspectServer(this.redis);
      } catch (error) {
        if (performance.now() > deadline) throw error;
      }
    }
  }

  /** Asks each time: settings can be changed while a server runs, and Sentinels name another one. */
  async checkReadiness(): Promise<Record<string, unknown>> {
    return durabilityReport(serverDangers(await inspectServer(this.redis)), this.settings.redisDurability);
  }

  onApplicationShutdown(): void {
    this.hub.close();
    this.redis.disconnect();
  }
}

/** A service's Redis: appending, notices, feeds and the streams transport. */
@Module({})
export class RedisModule {
  static forService(service: ServiceName): DynamicModule {
    const exported = [
      COMMAND_REDIS,
      TopicHub,
      RedisClock,
      StreamProducer,
      Channels,
      EventFeed,
      OrganizationDirectory,
      StreamsServer,
    ];
    return {
      module: RedisModule,
      providers: [
        {
          provide: COMMAND_REDIS,
          inject: [ServiceSettings, LOGGER],
          useFactory: ({ redisUrl: url }: ServiceSettings, logger: Logger) =>
            createRedis({ url, role: 'command', name: `${service}:commands`, logger }),
        },
        {
          provide: TopicHub,
          inject: [ServiceSettings, LOGGER],
          useFactory: ({ redisUrl }: ServiceSettings, logger: Logger) =>
            new TopicHub({ redisUrl, name: `${service}:subscriptions`, logger }),
        },
        {
          provide: RedisClock,
          inject: [COMMAND_REDIS],
          useFactory: (redis: RedisConnection) => new RedisClock(redis),
        },
        {
          provide: StreamProducer,
          inject: [COMMAND_REDIS, RedisClock],
          useFactory: (redis: RedisConnection, clock: RedisClock) => new StreamProducer(redis, clock),
        },
        {
          provide: Channels,
          inject: [COMMAND_REDIS, TopicHub, LOGGER],
          useFactory: (redis: RedisConnection, hub: TopicHub, logger: Logger) => new Channels(redis, hub, logger),
        },
        {
          provide: EventFeed,
          inject: [COMMAND_REDIS, TopicHub, LOGGER],
          useFactory: (redis: RedisConnection, hub: TopicHub, logger: Logger) => new EventFeed({ redis, hub, logger }),
        },
        OrganizationDirectory,
        StreamsServer,
        RedisLifecycle,
        StreamTrimmer,
        StreamWatch,
      ],
      exports: exported,
    };
  }
}
