import { randomUUID } from 'node:crypto';
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

/** A `traceparent` that hands the trace on without a span of our own. */
export const traceparentOf = (traceId: string): string => `00-${traceId}-${randomHex().slice(0, 16)}-00`;

/** 32 random hex digits. Node draws UUIDs from a pool; `randomBytes` would ask the kernel for every request. */
const randomHex = (): string => randomUUID().replaceAll('-', '');
