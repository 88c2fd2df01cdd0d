/** One event of a `text/event-stream`. */
export interface SseFrame {
  /** What `Last-Event-ID` will say after a broken connection. Without line breaks. */
  id?: string | undefined;
  data: string;
}

/**
 * An event as it stands on the wire (WHATWG HTML, server-sent events). Lines end in `\n` only: AG-UI's parser splits at nothing
 * else. Line breaks within the data become further `data:` lines, which every reader joins again with `\n`.
 */
export function sseFrame({ id, data }: SseFrame): string {
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  return `${id === undefined ? '' : `id: ${id}\n`}${lines.join('')}\n`;
}

/** One line that readers skip. */
export const sseComment = (text: string): string => `: ${text}\n\n`;

/** Keeps proxies from closing a silent stream. */
export const SSE_KEEP_ALIVE = sseComment('keep-alive');

/** Asks the reader to come back after so many milliseconds. */
export const sseRetry = (ms: number): string => `retry: ${ms}\n\n`;
