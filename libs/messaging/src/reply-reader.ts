import { fullJitter } from './backoff.js';
import { decodeEntry, type EntryFields } from './codec.js';
import { connected, MAX_BLOCK_MS, type RedisConnection } from './connection.js';
import { errorText, type Logger, rateLimitedLogger } from './logger.js';
import { pause } from './pause.js';
import { rangeEntries, type RawEntry, readEntries } from './replies.js';

/** Reads one stream from its end on, without a group, and goes on where it was after a broken connection. */
export class ReplyReader {
  private readonly closing = new AbortController();
  private readonly log: Logger;
  private loop: Promise<void> | undefined;

  constructor(
    private readonly blocking: RedisConnection,
    private readonly stream: string,
    private readonly onReply: (fields: EntryFields) => void,
    logger: Logger,
  ) {
    this.log = rateLimitedLogger(logger);
  }

  /** Resolves when everything that comes from now on will be read. Rejects when Redis cannot be reached. */
  async started(): Promise<void> {
    const place = await this.end();
    this.loop ??= this.read(place);
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.blocking.disconnect();
    await this.loop;
  }

  private async end(): Promise<string> {
    await connected(this.blocking, undefined, this.closing.signal);
    const [last] = rangeEntries(this.stream, await this.blocking.xrevrange(this.stream, '+', '-', 'COUNT', 1));
    return last?.id ?? '0-0';
  }

  private async read(from: string): Promise<void> {
    let failures = 0;
    for (let last = from; !this.closing.signal.aborted;) {
      try {
        const reply = await this.blocking.xread('COUNT', 100, 'BLOCK', MAX_BLOCK_MS, 'STREAMS', this.stream, last);
        for (const entry of readEntries(reply)) {
          last = entry.id;
          this.pass(entry);
        }
        failures = 0;
      } catch (error) {
        if (this.closing.signal.aborted) return;
        failures += 1;
        this.log.warn({ stream: this.stream, error: errorText(error) }, 'replies could not be read');
        await pause(fullJitter(failures), this.closing.signal);
        await connected(this.blocking, undefined, this.closing.signal).catch(() => undefined);
      }
    }
  }

  private pass(entry: RawEntry): void {
    try {
      this.onReply(decodeEntry(entry.flat ?? []));
    } catch (error) {
      this.log.warn({ stream: this.stream, entry: entry.id, error: errorText(error) }, 'reply was skipped');
    }
  }
}
