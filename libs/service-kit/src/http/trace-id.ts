import { randomFillSync } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { trace } from '@opentelemetry/api';

const TRACEPARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The trace a request belongs to: the running span's, the caller's `traceparent` (W3C), or a new one. 32 hex digits. */
export function traceIdOf(request: IncomingMessage): string {
  const active = trace.getActiveSpan()?.spanContext().traceId;
  if (active !== undefined) return active;
  const header = request.headers.traceparent;
  return (typeof header === 'string' && TRACEPARENT.exec(header)?.[1]) || randomHex();
}

/** A `traceparent` for a call to another service: the running span as its parent, or the bare trace where nothing is traced. */
export function traceparentOf(traceId: string): string {
  const span = trace.getActiveSpan()?.spanContext();
  if (!span) return `00-${traceId}-${randomHex().slice(0, 16)}-00`;
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`;
}

/** Random bytes for the next requests: to ask for sixteen at a time would cost many times as much. */
const pool = Buffer.alloc(4_096);
let used = pool.length;

/** 32 random hex digits. */
function randomHex(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 16;
  return pool.toString('hex', used - 16, used);
}
