import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type GroupLag, readMemory, type RedisConnection, type RedisMemory } from '@agion/messaging';
import type { Logger } from 'pino';
import { LOGGER } from '../logging/logger-token.js';
import { redisMemory } from '../telemetry/instruments.js';
import { COMMAND_REDIS } from './redis-token.js';
import { StreamsServer } from './streams-server.js';

/** Milliseconds between two looks. */
const INTERVAL = 15_000;
/** Share of Redis's memory from which on it is told of: a full one takes no more events. */
const MEMORY_ALARM = 0.7;

/** Something nobody else would notice. `key` is the same for the same thing; it is told of again when `value` has risen. */
interface Alarm {
  readonly key: string;
  readonly value: number;
  readonly text: string;
  readonly fields: Record<string, unknown>;
}

/** Looks for entries that were trimmed before they were read, for a lag Redis cannot tell, and for a Redis that fills up. */
@Injectable()
export class StreamWatch implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private memory: RedisMemory | undefined;
  private told = new Map<string, number>();
  private stopMemory: (() => void) | undefined;

  constructor(
    @Inject(COMMAND_REDIS) private readonly redis: RedisConnection,
    private readonly streams: StreamsServer,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.streams.consumed().length === 0) return;
    this.stopMemory = redisMemory(() => this.memory);
    this.timer = setInterval(() => void this.look(), INTERVAL).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.stopMemory?.();
  }

  /** One look. @returns what was told of: nothing while Redis is away, which others notice */
  async look(): Promise<string[]> {
    try {
      const lags = await this.streams.lag();
      this.memory = await readMemory(this.redis);
      const alarms = [...lags.flatMap(alarmOf), ...memoryAlarm(this.memory)];
      const fresh = alarms.filter(({ key, value }) => value > (this.told.get(key) ?? 0));
      this.told = new Map(alarms.map(({ key, value }) => [key, value]));
      for (const { fields, text } of fresh) this.logger.error(fields, text);
      return fresh.map(({ text }) => text);
    } catch (error) {
      this.logger.debug({ err: error }, 'streams could not be looked at');
      return [];
    }
  }
}

function alarmOf({ stream, group, lag, trimmedUnread }: GroupLag): Alarm[] {
  const key = `${group} ${stream}`;
  if (lag === null)
    return [
      {
        key: `${key} unknown`,
        value: 1,
        text: 'redis cannot tell how far a group is behind: somebody has deleted entries',
        fields: { stream, group },
      },
    ];
  if (!trimmedUnread) return [];
  const text = 'stream entries were trimmed before they were read';
  return [{ key, value: trimmedUnread, text, fields: { stream, group, entries: trimmedUnread } }];
}

function memoryAlarm(memory: RedisMemory | undefined): Alarm[] {
  const { used = 0, limit = 0 } = memory ?? {};
  if (limit === 0 || used < limit * MEMORY_ALARM) return [];
  return [
    { key: 'memory', value: 1, text: 'redis is filling up: a full one takes no more events', fields: { used, limit } },
  ];
}
