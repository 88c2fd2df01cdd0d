import { LRUCache } from 'lru-cache';
import { errorText, type Logger, SILENT_LOGGER } from '@agion/messaging';
import { type Clock, SYSTEM_CLOCK } from '../clock.js';
import { AgionError, NotFoundError, ServerError } from '../errors.js';
import type { Configuration } from './configuration.js';
import type { Fetched } from './configuration.client.js';

/** How one kind of configuration is fetched and for how long it is taken for current. */
export interface ConfigurationCacheOptions<Value extends Configuration> {
  readonly fetch: (key: string, etag: string | null) => Promise<Fetched<Value>>;
  readonly ttlMs: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

interface Held<Value> {
  value: Value;
  etag: string | null;
  /** When it was last known to be current; -Infinity: a notice says that it has changed. */
  confirmedAt: number;
}

/** What a notice said about a key, for as long as the gateway may still answer with what was before. */
interface Noticed {
  version: number;
  at: number;
}

const MOST_KEYS = 1_000;
/** Longest that the gateway answers from its own memory; until then an older version is asked for again. */
const GATEWAY_MEMORY_MS = 5_000;
const AGAIN_MS = 500;

/**
 * One kind of configuration in memory. Current: answered at once. Older than the time to live, up to twice of it: answered
 * at once and asked for in the background. Older still, or dropped by a notice: asked for, and what was last known only
 * when the platform cannot answer. One request at a time for each key.
 */
export class ConfigurationCache<Value extends Configuration> {
  private readonly held = new LRUCache<string, Held<Value>>({ max: MOST_KEYS });
  private readonly noticed = new LRUCache<string, Noticed>({ max: MOST_KEYS });
  private readonly asked = new Map<string, Promise<Value>>();
  private readonly clock: Clock;
  private readonly logger: Logger;

  constructor(private readonly options: ConfigurationCacheOptions<Value>) {
    this.clock = options.clock ?? SYSTEM_CLOCK;
    this.logger = options.logger ?? SILENT_LOGGER;
  }

  get size(): number {
    return this.held.size;
  }

  /** Versions in use by key. */
  get versions(): Record<string, number> {
    return Object.fromEntries([...this.held.entries()].map(([key, { value }]) => [key, value.version]));
  }

  /** @throws NotFoundError, ApiError, ConnectionError, TimeoutError when nothing is known */
  async get(key: string): Promise<Value> {
    const held = this.held.get(key);
    if (!held) return this.ask(key);
    const age = this.clock.monotonic() - held.confirmedAt;
    if (age < this.options.ttlMs) return held.value;
    if (age >= 2 * this.options.ttlMs) return this.ask(key);
    this.ask(key).catch(() => undefined); // logged, and the next caller finds out
    return held.value;
  }

  /** A notice: what is held under this key is not current any more. */
  drop(key: string, version: number): void {
    this.noticed.set(key, { version, at: this.clock.monotonic() });
    this.outdate(key);
  }

  /** Notices may have been missed: everything is asked for again when it is next needed. */
  dropAll(): void {
    for (const key of [...this.held.keys()]) this.outdate(key);
  }

  private outdate(key: string): void {
    const held = this.held.peek(key);
    if (held) held.confirmedAt = -Infinity;
    this.asked.delete(key); // an answer that is under way may be of before
  }

  private ask(key: string): Promise<Value> {
    const present = this.asked.get(key);
    if (present) return present;
    const asking: Promise<Value> = this.fetch(key, () => this.asked.get(key) === asking).finally(() => {
      if (this.asked.get(key) === asking) this.asked.delete(key);
    });
    this.asked.set(key, asking);
    return asking;
  }

  private async fetch(key: string, isWanted: () => boolean): Promise<Value> {
    const held = this.held.peek(key);
    try {
      const { value, etag } = await this.options.fetch(key, held?.etag ?? null);
      const current = value ?? held?.value;
      if (!current)
        throw new ServerError({ type: 'about:blank', title: 'not modified, though nothing was held', status: 500 });
      const confirmedAt = isWanted() ? this.clock.monotonic() - this.doubt(key, current) : -Infinity;
      this.held.set(key, { value: current, etag: etag ?? held?.etag ?? null, confirmedAt });
      return current;
    } catch (error) {
      if (NotFoundError.is(error)) this.held.delete(key);
      this.logger.warn({ key, error: errorText(error) }, 'configuration could not be fetched');
      if (held && isOutage(error)) return held.value;
      throw error;
    }
  }

  /** Milliseconds by which an answer counts as older than it is, because a notice named another version than this. */
  private doubt(key: string, { version }: Value): number {
    const noticed = this.noticed.peek(key);
    if (!noticed || noticed.version === version) return 0;
    const isTold = this.clock.monotonic() - noticed.at < GATEWAY_MEMORY_MS;
    return isTold ? Math.max(0, 2 * this.options.ttlMs - AGAIN_MS) : 0; // a rollout's candidate stays another version
  }
}

const isOutage = (error: unknown): boolean => AgionError.is(error) && (error.retryable || ServerError.is(error));
