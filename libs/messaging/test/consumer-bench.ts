import { randomUUID } from 'node:crypto';
import {
  type BatchHandler,
  connected,
  type ConsumerMetric,
  createRedis,
  deadLetterStream,
  type RedisConnection,
  StreamConsumer,
  type StreamConsumerOptions,
  StreamProducer,
} from '../src/index.js';
import { list, rangeEntries } from '../src/replies.js';

/** A stream of its own with a producer, and consumers that are all stopped at the end. */
export class ConsumerBench {
  readonly group = 'workers';
  readonly stream = `test:${randomUUID()}`;
  readonly counts = new Map<ConsumerMetric, number>();
  readonly redis: RedisConnection;
  readonly producer: StreamProducer;
  private readonly consumers: StreamConsumer[] = [];

  constructor(readonly url: string) {
    this.redis = createRedis({ url, role: 'command', name: 'bench' });
    this.producer = new StreamProducer(this.redis);
  }

  async ready(): Promise<this> {
    await connected(this.redis);
    return this;
  }

  /** A consumer with short times, started. */
  consume(handle: BatchHandler, options: Partial<StreamConsumerOptions> = {}): StreamConsumer {
    const consumer = new StreamConsumer({
      redisUrl: this.url,
      group: this.group,
      consumer: 'one',
      streams: () => [this.stream],
      handle,
      handlerTimeoutMs: 100,
      minIdleMs: 300,
      longestRetryMs: 300,
      blockMs: 1_000,
      metrics: { count: (metric, _stream, entries) => this.counts.set(metric, this.count(metric) + entries) },
      ...options,
    });
    this.consumers.push(consumer);
    consumer.start();
    return consumer;
  }

  count(metric: ConsumerMetric): number {
    return this.counts.get(metric) ?? 0;
  }

  /** Appends entries `{n: from} … {n: to - 1}`. */
  produce(from: number, to: number): Promise<string[]> {
    return this.producer.appendMany(
      this.stream,
      Array.from({ length: to - from }, (_, index) => ({ n: from + index })),
    );
  }

  async pending(stream = this.stream): Promise<number> {
    const [pending] = list(await this.redis.xpending(stream, this.group));
    return Number(pending);
  }

  async deadLetters(stream = this.stream): Promise<Record<string, string>[]> {
    const entries = rangeEntries(stream, await this.redis.xrange(deadLetterStream(stream), '-', '+'));
    return entries.map(({ flat }) => Object.fromEntries(pairs(flat ?? [])));
  }

  /** Closes a connection of the server's by the name its owner gave it. */
  async killConnection(name: string): Promise<number> {
    const clients = String(await this.redis.client('LIST')).split('\n');
    const ids = clients
      .filter((line) => line.includes(` name=${name} `))
      .map((line) => /id=(\d+)/.exec(line)?.[1] ?? '');
    for (const id of ids) await this.redis.client('KILL', 'ID', id);
    return ids.length;
  }

  async end(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.stop(200)));
    this.redis.disconnect();
  }
}

function* pairs(flat: readonly string[]): Generator<[string, string]> {
  for (let index = 0; index < flat.length; index += 2) yield [flat[index] ?? '', flat[index + 1] ?? ''];
}
