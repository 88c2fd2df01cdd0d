import { OutgoingError } from '@agion/service-kit';
import { LlmError } from './llm.port.js';

/**
 * What went wrong at the provider, in our words. Shapes instead of classes are looked at, because the SDK that has the classes is
 * loaded late and wraps its errors (a retry's last error, a cause).
 * @param begun pieces of an answer have come already
 */
export function toLlmError(error: unknown, begun: boolean): LlmError {
  if (error instanceof LlmError) return error;
  const innermost = unwrap(error);
  const status = numberOf(innermost, 'statusCode');
  // The SDK blames the status 200 of an answer whose stream it could not read to its end, or makes up a 500.
  if (status !== undefined && status >= 400 && !(begun && status >= 500)) return fromStatus(status, error);
  if (nameOf(innermost) === 'TimeoutError' || nameOf(innermost) === 'AbortError')
    return new LlmError('LLM_TIMEOUT', 'the model did not answer in time', { cause: error });
  if (begun || status !== undefined) return brokenOff(error);
  if (isNetworkFailure(innermost))
    return new LlmError('LLM_UNREACHABLE', 'the model cannot be reached', { cause: error });
  return new LlmError('LLM_FAILED', 'the model gave no usable answer', { cause: error });
}

/** An answer that began and has no end. */
export const brokenOff = (cause?: unknown): LlmError =>
  new LlmError('LLM_BROKEN_OFF', 'the model broke its answer off', { cause });

function fromStatus(status: number, cause: unknown): LlmError {
  if (status === 401 || status === 403)
    return new LlmError('LLM_UNAUTHORIZED', 'the model refused the credentials it was given', { cause });
  if (status === 408 || status === 504)
    return new LlmError('LLM_TIMEOUT', 'the model did not answer in time', { cause });
  if (status === 429) return new LlmError('LLM_RATE_LIMITED', 'the model has too many requests', { cause });
  if (status < 500)
    return new LlmError('LLM_REJECTED', `the model refused the request with status ${status}`, { cause });
  return new LlmError('LLM_FAILED', `the model answered with status ${status}`, { cause });
}

/** A RetryError holds the last attempt's error as `lastError`. */
function unwrap(error: unknown): unknown {
  const last = (error as { lastError?: unknown } | null)?.lastError;
  return last === undefined ? error : unwrap(last);
}

const CODES = ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'EPIPE', 'ETIMEDOUT'];

/** Calls that came to no answer of the provider. */
const UNREACHED = ['refused', 'redirected', 'unreachable', 'left-alone'];

function isNetworkFailure(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (error instanceof OutgoingError) return UNREACHED.includes(error.reason);
  if (typeof code === 'string' && (CODES.includes(code) || code.startsWith('UND_ERR_'))) return true;
  if (error instanceof AggregateError && error.errors.some(isNetworkFailure)) return true;
  return (error instanceof TypeError && error.message === 'fetch failed') || isNetworkFailure(cause);
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

function numberOf(error: unknown, property: string): number | undefined {
  const value = (error as Record<string, unknown> | null)?.[property];
  return typeof value === 'number' ? value : undefined;
}
