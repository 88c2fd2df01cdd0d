import { randomUUID } from 'node:crypto';
import type { EntryFields } from './codec.js';
import { connected, createRedis, type RedisConnection } from './connection.js';
import { PermanentError, RedisUnreachableError, RequestTimeoutError } from './errors.js';
import { errorText, type Logger, SILENT_LOGGER } from './logger.js';
import { ReplyReader } from './reply-reader.js';
import { type EntryValues, StreamProducer } from './stream-producer.js';

/** Where requests go and where their replies come. */
export interface RequestReplyOptions {
  readonly redisUrl: string;
  readonly requestStream: string;
  /** Read by one reader for all requests of this object. */
  readonly replyStream: string;
  /** Shown by CLIENT LIST. */
  readonly name: string;
  /** The most requests that may wait at once; 10 000 unless told. */
  readonly mostWaiting?: number;
  readonly logger?: Logger;
}

/** How long to wait for one reply. */
export interface RequestOptions {
  readonly timeoutMs: number;
  /** A random one unless told. Unique: it is all that ties the reply to the request. */
  readonly correlationId?: string;
}

interface Waiter {
  readonly resolve: (reply: EntryFields) => void;
  readonly reject: (error: Error) => void;
}

/** Asks over a stream and waits for the entry with the same `correlation_id` on a reply stream. */
export class RequestReply {
  private readonly waiting = new Map<string, Waiter>();
  private readonly command: RedisConnection;
  private readonly producer: StreamProducer;
  private readonly reader: ReplyReader;
  private opened: Promise<void> | undefined;
  private reconnecting: Promise<void> | undefined;

  /** Connects at once. */
  constructor(private readonly options: RequestReplyOptions) {
    const { redisUrl: url, name, replyStream, logger = SILENT_LOGGER } = options;
    this.command = createRedis({ url, role: 'command', name, logger });
    this.producer = new StreamProducer(this.command);
    const blocking = createRedis({ url, role: 'blocking', name: `${name}:replies`, logger });
    this.reader = new ReplyReader(blocking, replyStream, (reply) => this.settle(reply), logger);
  }

  /**
   * Sends a request and resolves with the fields of its reply. `correlation_id` is added to the request. While the connection is
   * away the request waits for it; nothing is sent once nobody waits any more.
   *
   * @throws RequestTimeoutError when no reply came in time; the request may still be answered, and acted upon.
   */
  async request(
    values: EntryValues,
    { timeoutMs, correlationId = randomUUID() }: RequestOptions,
  ): Promise<EntryFields> {
    if (this.waiting.size >= (this.options.mostWaiting ?? 10_000))
      throw new Error('too many requests wait for a reply');
    if (this.waiting.has(correlationId)) throw new Error(`request \`${correlationId}\` already waits for its reply`);
    let timer: NodeJS.Timeout | undefined;
    const over = new AbortController();
    try {
      return await new Promise<EntryFields>((resolve, reject) => {
        const unsent = (cause: unknown): void =>
          reject(new Error(`the request could not be sent: ${errorText(cause)}`, { cause }));
        let ready = false;
        this.waiting.set(correlationId, { resolve, reject });
        timer = setTimeout(() => {
          if (ready) reject(new RequestTimeoutError(correlationId, timeoutMs));
          else unsent(new RedisUnreachableError(`redis does not answer within ${timeoutMs} ms`));
        }, timeoutMs);
        this.usable()
          .then(() => {
            ready = true;
            return over.signal.aborted ? undefined : this.send({ ...values, correlation_id: correlationId });
          })
          .catch(unsent);
      });
    } finally {
      clearTimeout(timer);
      over.abort();
      this.waiting.delete(correlationId);
    }
  }

  /** Rejects what still waits and closes the connections. */
  async close(): Promise<void> {
    for (const { reject } of this.waiting.values()) reject(new Error('closed while the request waited for its reply'));
    await this.reader.close();
    this.command.disconnect();
  }

  /** A request of which nobody knows whether Redis has taken it may still be answered. */
  private async send(values: EntryValues): Promise<void> {
    try {
      await this.producer.append(this.options.requestStream, values);
    } catch (error) {
      const refused = error instanceof PermanentError || (error instanceof Error && error.name === 'ReplyError');
      if (refused) throw error;
    }
  }

  private async usable(): Promise<void> {
    this.opened ??= this.open();
    await this.opened;
    if (this.command.status === 'ready') return;
    this.reconnecting ??= connected(this.command).finally(() => (this.reconnecting = undefined));
    await this.reconnecting;
  }

  /** The reader's place must be known before the first reply can be there. */
  private async open(): Promise<void> {
    try {
      await Promise.all([connected(this.command), this.reader.started()]);
    } catch (error) {
      this.opened = undefined;
      throw error;
    }
  }

  private settle(reply: EntryFields): void {
    const { correlation_id: correlationId = '' } = reply;
    this.waiting.get(correlationId)?.resolve(reply); // replies to others, late ones and repeated ones find no waiter
  }
}
