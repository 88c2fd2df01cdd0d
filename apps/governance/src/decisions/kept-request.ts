import type { PolicyRequest } from '@agion/policy-engine';
import type { KeptRequest } from './decision.js';

/** Bytes of context and arguments together, as JSON, that are kept with a decision. */
export const MOST_KEPT_BYTES = 8_192;

/** What of the engine's input is kept, so that the decision can be explained later. */
export function keptRequest({ at: _, ...request }: PolicyRequest): KeptRequest {
  const bytes = bytesOf(request.context) + bytesOf(request.arguments);
  return bytes <= MOST_KEPT_BYTES ? request : { ...request, context: {}, arguments: {}, truncated: true };
}

const EMPTY = 2;

function bytesOf(value: Record<string, unknown>): number {
  for (const _ in value) return Buffer.byteLength(JSON.stringify(value));
  return EMPTY;
}
