/** What pieces are joined by. */
export interface Pace {
  /** Milliseconds between two joined pieces. */
  readonly intervalMs: number;
  /** Ends the stream with the signal's reason, also when the source does not listen to it. */
  readonly signal: AbortSignal;
}

/**
 * The pieces of a stream, joined so that at most one comes per interval: the first at once, what gathers meanwhile together, and no
 * character cut in two. The source is read as fast as it gives; its error comes after everything it gave before.
 */
export async function* coalesced(source: AsyncIterable<string>, { intervalMs, signal }: Pace): AsyncGenerator<string> {
  let gathered = '';
  let end: { error?: unknown } | undefined;
  let news = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const finish = (how: { error?: unknown }): void => {
    end ??= how;
    news.resolve();
    over.resolve();
  };
  const abort = (): void => finish({ error: signal.reason });
  signal.addEventListener('abort', abort, { once: true });
  void read(source, (piece) => {
    gathered += piece;
    news.resolve();
  }).then(
    () => finish({}),
    (error: unknown) => finish({ error }),
  );
  try {
    if (signal.aborted) abort();
    for (;;) {
      await news.promise;
      news = Promise.withResolvers<void>();
      const length = end ? gathered.length : wholeCharacters(gathered);
      if (length > 0) {
        const joined = gathered.slice(0, length);
        gathered = gathered.slice(length);
        yield joined;
        await atMost(intervalMs, over.promise);
      }
      if (end && gathered === '') break;
    }
  } finally {
    signal.removeEventListener('abort', abort);
  }
  if ('error' in end) throw end.error;
}

async function read(source: AsyncIterable<string>, take: (piece: string) => void): Promise<void> {
  for await (const piece of source) take(piece);
}

/** How much of a text can be given without its last character's other half (a surrogate pair has two code units). */
function wholeCharacters(text: string): number {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.length - 1 : text.length;
}

async function atMost(ms: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([promise, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
