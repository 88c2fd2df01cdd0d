import { isKnownObligation, type PolicyRequest, redact } from '@agion/policy-engine';
import type { DecisionPhase } from '@agion/wire';
import type { KeptRequest } from './decision.js';

/** Bytes of context and arguments together, as JSON, that are kept with a decision. */
export const MOST_KEPT_BYTES = 8_192;

/** What of the engine's input is kept, so that the decision can be explained later. */
export function keptRequest({ at: _, ...request }: PolicyRequest, phase: DecisionPhase | null = null): KeptRequest {
  const bytes = bytesOf(request.context) + bytesOf(request.arguments);
  const kept: KeptRequest = phase === null ? request : { ...request, phase };
  return bytes <= MOST_KEPT_BYTES ? kept : { ...kept, context: {}, arguments: {}, truncated: true };
}

/** What obligations redact is decided by, and not kept. */
export function withoutRedacted<Request extends Pick<PolicyRequest, 'context' | 'arguments'>>(
  request: Request,
  obligations: readonly unknown[],
): Request {
  if (obligations.length === 0) return request;
  const known = obligations.filter(isKnownObligation);
  const context = redact(request.context, known, 'context');
  return { ...request, context, arguments: redact(request.arguments, known, 'arguments') };
}

const EMPTY = 2;

function bytesOf(value: Record<string, unknown>): number {
  for (const _ in value) return Buffer.byteLength(JSON.stringify(value));
  return EMPTY;
}
