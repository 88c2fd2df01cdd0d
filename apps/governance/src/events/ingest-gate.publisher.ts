import { readBacklog, type RedisConnection } from '@agion/messaging';
import { COMMAND_REDIS, DomainError, UnavailableError } from '@agion/service-kit';
import { ownerOf, type Principal } from '@agion/wire';
import { Inject, Injectable } from '@nestjs/common';
import { GovernanceSettings } from '../governance.config.js';
import { CallerShares } from './caller-shares.js';

/** Milliseconds what Redis said of a stream is believed. */
const FRESH_MS = 500;
/** Seconds until a consumer that is behind may have caught up. */
const RETRY_AFTER = 10;
/** Share of the high-water mark from which on callers get no more than their share. */
const SCARCE = 0.5;

interface Level {
  entries: Promise<number>;
  /** Let in since Redis was asked. */
  since: number;
  askedAt: number;
}

/**
 * Lets events on to streams as long as those who read them keep up. From half the high-water mark on nobody gets more than his share,
 * and above it nothing is taken: Redis has a bound, and what it has taken is never dropped.
 */
@Injectable()
export class IngestGate {
  private readonly levels = new Map<string, Level>();
  private readonly shares = new CallerShares();

  constructor(
    @Inject(COMMAND_REDIS) private readonly redis: RedisConnection,
    private readonly settings: GovernanceSettings,
  ) {}

  /**
   * @param entries how many are to go to each stream
   * @throws UnavailableError above the high-water mark and while Redis is away; DomainError `too-many-requests` for a caller above its share
   */
  async admit(caller: Principal, entries: ReadonlyMap<string, number>): Promise<void> {
    const who = `${caller.organization.id} ${ownerOf(caller)}`;
    for (const [stream, count] of entries) await this.admitTo(stream, count, who);
    for (const [stream, count] of entries) {
      this.shares.note(who, count, performance.now());
      const level = this.levels.get(stream);
      if (level) level.since += count;
    }
  }

  private async admitTo(stream: string, count: number, who: string): Promise<void> {
    const level = this.levelOf(stream);
    const waiting = (await level.entries.catch(unanswered)) + level.since + count;
    const most = this.settings.streamHighWater;
    if (waiting > most)
      throw new UnavailableError(
        `\`${stream}\` takes no more events: those who read it are ${waiting - count} behind`,
        RETRY_AFTER,
      );
    if (waiting <= most * SCARCE) return;
    const retryAfter = this.shares.waitOf(who, performance.now());
    if (retryAfter > 0)
      throw new DomainError('too-many-requests', `\`${stream}\` fills up, and others need room there too`, {
        retryAfter,
      });
  }

  private levelOf(stream: string): Level {
    const known = this.levels.get(stream);
    if (known && performance.now() - known.askedAt < FRESH_MS) return known;
    const level: Level = { entries: readBacklog(this.redis, stream), since: 0, askedAt: performance.now() };
    level.entries.catch(() => this.levels.delete(stream));
    this.levels.set(stream, level);
    return level;
  }
}

function unanswered(cause: unknown): never {
  throw Object.assign(new UnavailableError('redis cannot take events now', 2), { cause });
}
