import type { RunEvent } from '@agion/wire';
import { sseComment, sseFrame, sseRetry, SSE_KEEP_ALIVE } from '../sse-frame.js';

/** Milliseconds after which a reader may come back. */
const RETRY_MS = 1_000;

/** Why a stream is closed before the run has ended: the gateway stops, or the reader's credentials are no longer valid. */
export type Farewell = 'stopping' | 'expired';

/** One of the shapes a run can be told in. A stream has one from its first byte to its last. */
export interface RunEncoder {
  readonly contentType: string;
  /** The frame of an event, or `null` when this shape has nothing to say about it. `position` is what continues after it. */
  encode(event: RunEvent, position: string | undefined): Buffer | null;
  /** Written while nothing happens, where the shape has such a thing. */
  readonly keepAlive: Buffer | null;
  /** Written last when the stream is closed before the run has ended. */
  readonly farewells: Readonly<Record<Farewell, Buffer>>;
}

/** Server-sent events whose data is the JSON of what `shape` makes of an event. */
export const sseEncoder = (shape: (event: RunEvent) => object | null): RunEncoder => ({
  contentType: 'text/event-stream; charset=utf-8',
  encode: (event, position) => {
    const shaped = shape(event);
    return shaped && Buffer.from(sseFrame({ id: position, data: JSON.stringify(shaped) }));
  },
  keepAlive: Buffer.from(SSE_KEEP_ALIVE),
  farewells: {
    stopping: Buffer.from(sseRetry(RETRY_MS)),
    expired: Buffer.from(sseRetry(RETRY_MS) + sseComment('the credentials are no longer valid')),
  },
});
