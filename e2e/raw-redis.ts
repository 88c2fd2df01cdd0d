import { connected, createRedis, type RedisConnection } from '@agion/messaging';

export type Fields = Record<string, string>;

/** One entry of a stream as Redis has it. */
export interface RawEntry {
  id: string;
  fields: Fields;
}

/** Redis as an agent in any language sees it: commands by their names, replies as they come. */
export class RawRedis {
  private constructor(private readonly redis: RedisConnection) {}

  static async open(url: string): Promise<RawRedis> {
    const redis = createRedis({ url, role: 'blocking', name: 'test' }); // patient: a busy machine is no fault
    await connected(redis);
    return new RawRedis(redis);
  }

  /** Sends one command, e.g. `call('XLEN', 'agion:events:trust')`. */
  call(command: string, ...values: (string | number)[]): Promise<unknown> {
    return this.redis.call(command, ...values.map(String));
  }

  /** `XADD stream * field value …` @returns the id */
  async append(stream: string, fields: Fields): Promise<string> {
    return String(await this.call('XADD', stream, '*', ...Object.entries(fields).flat()));
  }

  /** Many of them in few round trips. @returns the ids */
  async appendAll(stream: string, entries: readonly Fields[]): Promise<string[]> {
    const ids: string[] = [];
    for (let start = 0; start < entries.length; start += 250) {
      const pipeline = this.redis.pipeline();
      for (const fields of entries.slice(start, start + 250))
        pipeline.call('XADD', stream, '*', ...Object.entries(fields).flat());
      for (const [error, id] of (await pipeline.exec()) ?? []) {
        if (error) throw error;
        ids.push(String(id));
      }
    }
    return ids;
  }

  /** `XRANGE stream from to` */
  async range(stream: string, from = '-', to = '+'): Promise<RawEntry[]> {
    const reply = (await this.call('XRANGE', stream, from, to)) as [string, string[]][];
    return reply.map(([id, flat]) => ({ id, fields: fieldsOf(flat) }));
  }

  /** Ids that a group was given and has not acknowledged; none as long as there is no group. */
  async pending(stream: string, group: string): Promise<string[]> {
    try {
      const reply = (await this.call('XPENDING', stream, group, '-', '+', 100_000)) as [string][];
      return reply.map(([id]) => id);
    } catch (error) {
      if ((error as Error).message.startsWith('NOGROUP')) return [];
      throw error;
    }
  }

  /** How far a group is: entries not given to it yet (NaN: Redis does not know), given so far, and given but not acknowledged. */
  async group(stream: string, group: string): Promise<{ lag: number; read: number; pending: number }> {
    const groups = (await this.call('XINFO', 'GROUPS', stream)) as unknown[][];
    const found = groups.map(recordOf).find(({ name }) => name === group) ?? {};
    // A replica that took over counts wrongly what a group was given, and a server that was restarted may not know; the ids tell.
    const last = recordOf((await this.call('XINFO', 'STREAM', stream)) as unknown[])['last-generated-id'];
    const lag = found['last-delivered-id'] === last ? 0 : Number(found.lag ?? NaN);
    return { lag, read: Number(found['entries-read']), pending: Number(found.pending) };
  }

  /** Every key with what it holds, as `DUMP` gives it. */
  async snapshot(): Promise<Map<string, string>> {
    const keys = ((await this.call('KEYS', '*')) as string[]).sort();
    const dumps = await Promise.all(keys.map(async (key) => [key, await this.dump(key)] as const));
    return new Map(dumps);
  }

  close(): void {
    this.redis.disconnect();
  }

  private async dump(key: string): Promise<string> {
    const dump = (await this.redis.callBuffer('DUMP', key)) as Buffer | null;
    return dump?.toString('base64') ?? '';
  }
}

/** Hears channels, as `redis-cli SUBSCRIBE` does. */
export class RawSubscriber {
  readonly messages: { channel: string; text: string; at: number }[] = [];

  private constructor(private readonly redis: RedisConnection) {
    redis.on('message', (channel: string, text: string) => this.messages.push({ channel, text, at: Date.now() }));
  }

  static async open(url: string, ...channels: string[]): Promise<RawSubscriber> {
    const redis = createRedis({ url, role: 'pubsub', name: 'test:subscriber' });
    await connected(redis);
    const subscriber = new RawSubscriber(redis);
    await redis.subscribe(...channels);
    return subscriber;
  }

  /** What came on a channel, read as JSON. */
  on<Message>(channel: string): Message[] {
    return this.messages.filter((each) => each.channel === channel).map(({ text }) => JSON.parse(text) as Message);
  }

  close(): void {
    this.redis.disconnect();
  }
}

const fieldsOf = (flat: readonly string[]): Fields =>
  Object.fromEntries(flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? ''] as const] : [])));

const recordOf = (flat: readonly unknown[]): Record<string, unknown> =>
  Object.fromEntries(flat.flatMap((name, index) => (index % 2 === 0 ? [[String(name), flat[index + 1]]] : [])));
