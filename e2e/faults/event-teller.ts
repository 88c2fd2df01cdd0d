import { setTimeout as sleep } from 'node:timers/promises';
import { connected, createRedis, type RedisConnection, StreamProducer } from '@agion/messaging';
import type { Fields } from '../raw-redis.js';

export const TRUST = 'agion:events:trust';
/** Entries of one round trip. */
const BATCH = 100;
/** Milliseconds between two tries of what Redis has not acknowledged. */
const RETRY_MS = 50;

/** The events of a run, by their ids: what an agent has told, and what Redis has acknowledged. */
export class EventTeller {
  readonly told = new Map<string, string>();
  readonly acknowledged = new Set<string>();
  private readonly producer: StreamProducer;
  private numbered = 0;

  private constructor(
    private readonly redis: RedisConnection,
    private readonly agents: readonly string[],
    private readonly prefix: string,
  ) {
    this.producer = new StreamProducer(redis);
  }

  static async open(url: string, agents: readonly string[], prefix: string): Promise<EventTeller> {
    const redis = createRedis({ url, role: 'command', name: 'teller' });
    await connected(redis);
    return new EventTeller(redis, agents, prefix);
  }

  /** New events, one about each agent in turn. */
  make(count: number): Fields[] {
    return Array.from({ length: count }, () => {
      const number = (this.numbered += 1);
      const fields = eventOf(`${this.prefix}${number}`, this.agents[number % this.agents.length] ?? '', number);
      this.told.set(fields.event_id ?? '', fields.agent_id ?? '');
      return fields;
    });
  }

  /** Tells new events, each again until Redis has acknowledged it. */
  async tell(count: number): Promise<void> {
    for (let left = count; left > 0; left -= BATCH) await this.send(this.make(Math.min(left, BATCH)));
  }

  /** Sends these until all are acknowledged; what was taken without an answer is sent again under the same id. */
  async send(entries: readonly Fields[], patienceMs = 60_000): Promise<void> {
    let waiting = entries;
    for (const giveUp = Date.now() + patienceMs; waiting.length > 0;) {
      const results = await this.producer
        .appendEach(waiting.map((values) => ({ stream: TRUST, values })))
        .catch((error: unknown) => waiting.map(() => error as Error));
      const failure = results.find((result) => typeof result !== 'string');
      waiting.forEach(({ event_id: id }, index) => {
        if (typeof results[index] === 'string') this.acknowledged.add(id ?? '');
      });
      waiting = waiting.filter((_, index) => typeof results[index] !== 'string');
      if (waiting.length > 0 && Date.now() > giveUp) throw failure as unknown as Error;
      if (waiting.length > 0) await sleep(RETRY_MS);
    }
  }

  /** Sends once more what was acknowledged last: what a producer does that knows that Redis has failed over. */
  async tellAgain(most: number): Promise<void> {
    const ids = [...this.acknowledged].slice(-most);
    const numberOf = (id: string): number => Number(id.slice(this.prefix.length));
    const entries = ids.map((id) => eventOf(id, this.told.get(id) ?? '', numberOf(id)));
    for (let start = 0; start < entries.length; start += BATCH) await this.send(entries.slice(start, start + BATCH));
  }

  /** Tells events at a pace until the work has ended. @returns what the work returned */
  async during<Result>(work: () => Promise<Result>, perSecond = 2_000): Promise<Result> {
    const ended = new AbortController();
    const telling = this.untilEnd(ended.signal, perSecond);
    try {
      return await work();
    } finally {
      ended.abort();
      await telling;
    }
  }

  close(): void {
    this.redis.disconnect();
  }

  private async untilEnd(ended: AbortSignal, perSecond: number): Promise<void> {
    const turn = (BATCH / perSecond) * 1_000;
    for (let next = Date.now(); !ended.aborted; next += turn) {
      await this.tell(BATCH);
      await sleep(Math.max(0, next + turn - Date.now()));
    }
  }
}

export const eventOf = (eventId: string, agentId: string, number: number): Fields => ({
  event_id: eventId,
  agent_id: agentId,
  event_type: 'task_completed',
  severity: number % 5 === 0 ? 'minor' : 'positive',
  impact: number % 5 === 0 ? '-0.05' : '0.05',
});
