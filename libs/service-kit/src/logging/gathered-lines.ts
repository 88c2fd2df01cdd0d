import pino, { type DestinationStream } from 'pino';

/** Characters that are written without waiting for more. A write costs much the same whatever its length. */
const ENOUGH = 16_384;
/** Milliseconds a line waits for others at most, so that the log of an idle service is not behind. */
const LONGEST_WAIT = 100;

/**
 * A process's log, many lines to a write: a write of its own for each line would be a sixth of what a cached answer costs. Writing goes
 * on in the background, so a slow reader holds nobody up.
 */
export class GatheredLines implements DestinationStream {
  private readonly output;
  private lines = '';
  private timer: NodeJS.Timeout | undefined;

  /** @param fd a file descriptor; standard output by default */
  constructor(private readonly fd = 1) {
    this.output = pino.destination({ dest: fd, sync: false });
  }

  write(line: string): void {
    this.lines += line;
    if (this.lines.length >= ENOUGH) this.pass();
    else this.timer ??= setTimeout(() => this.pass(), LONGEST_WAIT).unref();
  }

  /** Writes all there is before it returns: for the end of the process. */
  flushSync(): void {
    this.output.flushSync();
    const lines = this.take();
    if (lines !== '') pino.destination({ dest: this.fd, sync: true }).write(lines);
  }

  private pass(): void {
    const lines = this.take();
    if (lines !== '') this.output.write(lines);
  }

  private take(): string {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { lines } = this;
    this.lines = '';
    return lines;
  }
}
