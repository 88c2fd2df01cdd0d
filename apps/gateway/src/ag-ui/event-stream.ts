import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Farewell, RunEncoder } from './encoders/run-encoder.js';

/** Milliseconds between two signs of life on a silent stream. */
const KEEP_ALIVE_MS = 15_000;
/** Milliseconds a reader may leave the socket full before the stream is closed. */
const STALL_MS = 30_000;
/** Bytes written at once: a reader that takes this much in the stall time is slow, not gone. */
const PIECE_BYTES = 65_536;

export interface EventStreamLimits {
  keepAliveMs?: number;
  stallMs?: number;
}

/**
 * One reader's open response. It is written to no faster than it is read: `write` waits while the socket is full, so what waits
 * here is at most a piece, whatever the run says meanwhile.
 */
export class EventStream {
  private readonly left = new AbortController();
  private keepAlive: NodeJS.Timeout | undefined;
  private withinFrame = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly encoder: RunEncoder,
    private readonly limits: EventStreamLimits = {},
  ) {}

  /** Aborted when the reader is gone, or when the stream was ended. */
  get gone(): AbortSignal {
    return this.left.signal;
  }

  open(headers: OutgoingHttpHeaders): void {
    const { response, encoder } = this;
    response.on('close', () => this.leave());
    response.on('error', () => this.leave());
    response.writeHead(200, { ...headers, ...STREAM_HEADERS, 'content-type': encoder.contentType });
    response.flushHeaders();
    response.socket?.setTimeout(0); // silence is normal here
    response.socket?.setNoDelay(true);
    response.socket?.setKeepAlive(true, STALL_MS); // finds readers that vanished without a word
    const { keepAlive } = encoder;
    if (keepAlive)
      this.keepAlive = setInterval(() => this.breathe(keepAlive), this.limits.keepAliveMs ?? KEEP_ALIVE_MS);
    if (response.closed || response.destroyed) this.leave();
  }

  /** Resolves when the reader has room again, or is gone. */
  async write(frame: Buffer): Promise<void> {
    for (let start = 0; start < frame.length && !this.gone.aborted; start += PIECE_BYTES) {
      this.withinFrame = start + PIECE_BYTES < frame.length;
      const room = this.response.write(frame.subarray(start, start + PIECE_BYTES));
      if (!room) await this.drained();
    }
  }

  /** The run has been told to its end. */
  end(): void {
    if (this.gone.aborted) return;
    this.leave();
    this.response.end();
  }

  /** Ends the stream before its run: says why and when to come back, and closes the connection with it. */
  dismiss(why: Farewell): void {
    if (this.gone.aborted) return;
    this.leave();
    const { socket } = this.response;
    // Half a frame with a farewell behind it would read as one: readers discard a frame that just ends.
    this.response.end(this.withinFrame ? '' : this.encoder.farewells[why], () => socket?.end());
  }

  private breathe(keepAlive: Buffer): void {
    if (!this.response.writableNeedDrain && !this.withinFrame) this.response.write(keepAlive);
  }

  private async drained(): Promise<void> {
    const room = Promise.withResolvers<void>();
    const stalled = setTimeout(() => this.response.destroy(), this.limits.stallMs ?? STALL_MS);
    const go = (): void => room.resolve();
    this.response.once('drain', go);
    this.gone.addEventListener('abort', go, { once: true });
    await room.promise;
    clearTimeout(stalled);
    this.response.off('drain', go);
    this.gone.removeEventListener('abort', go);
  }

  private leave(): void {
    clearInterval(this.keepAlive);
    this.left.abort();
  }
}

/** `no-transform` and `x-accel-buffering` keep proxies from gathering events before they pass them on. */
const STREAM_HEADERS = { 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' };
