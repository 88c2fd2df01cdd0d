import type { Readable } from 'node:stream';
import { OutgoingError } from './outgoing.errors.js';
import type { Patience } from './patience.js';

/** The pieces of an answer, up to a limit in bytes. @throws OutgoingError `too-large` beyond it */
export async function* limitedBody(body: Readable, maxBytes: number, patience: Patience): AsyncGenerator<Buffer, void> {
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new OutgoingError('too-large', `the answer has more than ${maxBytes} bytes`);
      yield chunk;
    }
  } catch (error) {
    throw error instanceof OutgoingError ? error : patience.failure(error);
  } finally {
    discardBody(body);
  }
}

/** Headers that came several times are none a caller of ours asks for. */
export const singleHeaders = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );

/** Nobody reads it: its connection ends with it. */
export function discardBody(body: Readable): void {
  body.on('error', () => undefined).destroy();
}
