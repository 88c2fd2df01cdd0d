import { randomFillSync } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';

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

/** A piece of work that belongs to a trace begun elsewhere. */
export interface RemoteSpan {
  /** For what follows from it. */
  readonly traceparent: string;
  end(): void;
}

const REMOTE = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Begins a span below the one that a `traceparent` names; null where there is none, or none that can be read. */
export function remoteSpan(name: string, traceparent: string | undefined): RemoteSpan | null {
  const [, traceId, spanId, flags] = REMOTE.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  const above = trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: parseInt(flags, 16),
    isRemote: true,
  });
  const span = trace.getTracer('agion').startSpan(name, { kind: SpanKind.CONSUMER }, above);
  return { traceparent: `00-${traceId}-${span.spanContext().spanId}-${flags}`, end: () => span.end() };
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
