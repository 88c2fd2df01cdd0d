import type { Problem } from '@agion/wire';
import type { Decision } from './decisions/decision.js';

/** On every error of every copy of this package: `instanceof` fails when a program loads it as ESM and as CommonJS. */
const KINDS = Symbol.for('@agion/sdk.error.kinds');

interface ErrorClass {
  readonly kind: string;
}

/**
 * What every error of this package is. `retryable` answers what can be done: the same call may succeed later.
 *
 * @example
 * ```ts
 * try {
 *   await sdk.getPrompt('data_analysis');
 * } catch (error) {
 *   if (NotFoundError.is(error)) console.error(error.problem.hint);
 *   else if (AgionError.is(error) && error.retryable) console.warn('later');
 *   else throw error;
 * }
 * ```
 */
export class AgionError extends Error {
  /** The name by which `is` tells the classes apart. */
  static readonly kind: string = 'AgionError';
  override readonly name: string;
  /** Whether the same call may succeed later without anything being mended. */
  readonly retryable: boolean;
  /** @internal */
  readonly [KINDS]: readonly string[];

  constructor(message: string, { retryable = false, cause }: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = (new.target as ErrorClass).kind;
    this.retryable = retryable;
    this[KINDS] = kindsOf(new.target);
  }

  /** Whether it is an error of this class, also when another copy of the package has thrown it. */
  static is<Class extends abstract new (...args: never[]) => AgionError>(
    this: Class & ErrorClass,
    error: unknown,
  ): error is InstanceType<Class> {
    const kinds = (error as { [KINDS]?: unknown } | null | undefined)?.[KINDS];
    return Array.isArray(kinds) && kinds.includes(this.kind);
  }
}

/** Settings that cannot work: to be mended by whoever starts the process. */
export class ConfigurationError extends AgionError {
  static override readonly kind = 'ConfigurationError';
}

/** A method was called that needs `initialize()` first, or after `close()`. */
export class NotInitializedError extends AgionError {
  static override readonly kind = 'NotInitializedError';
}

/** A governed function was not run, because the decision was not `allow`. */
export class PolicyViolationError extends AgionError {
  static override readonly kind = 'PolicyViolationError';

  constructor(
    readonly agentId: string,
    readonly action: string,
    readonly decision: Decision,
  ) {
    super(`\`${agentId}\` may not \`${action}\`: ${decision.reason}`);
  }
}

/** Nothing answered at the address, or something that is not Agion. */
export class ConnectionError extends AgionError {
  static override readonly kind = 'ConnectionError';

  constructor(message: string, { retryable = true, cause }: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, { retryable, cause });
  }
}

/** No answer came in time. What was asked for may have been done all the same. */
export class TimeoutError extends AgionError {
  static override readonly kind = 'TimeoutError';

  constructor(message: string, { cause }: { cause?: unknown } = {}) {
    super(message, { retryable: true, cause });
  }
}

/** The platform answered with a problem (RFC 9457). */
export class ApiError extends AgionError {
  static override readonly kind: string = 'ApiError';

  /** @param retryAfterMs what the platform asked to wait before the next attempt */
  constructor(
    readonly problem: Problem,
    readonly retryAfterMs?: number,
  ) {
    super(problem.detail ?? problem.title, { retryable: RETRYABLE.has(problem.status) });
  }

  /** The HTTP status. */
  get status(): number {
    return this.problem.status;
  }

  /** The error of the class that the problem's status stands for. */
  static of(problem: Problem, retryAfterMs?: number): ApiError {
    const Class = BY_STATUS.get(problem.status) ?? (problem.status >= 500 ? ServerError : ApiError);
    return new Class(problem, retryAfterMs);
  }
}

/** 401: there is no token, or it is not valid any more. */
export class UnauthorizedError extends ApiError {
  static override readonly kind = 'UnauthorizedError';
}

/** 403: the token is known, and this is not for its holder. */
export class ForbiddenError extends ApiError {
  static override readonly kind = 'ForbiddenError';
}

/** 404. `problem.hint` says how to make what is missing. */
export class NotFoundError extends ApiError {
  static override readonly kind = 'NotFoundError';
}

/** 409: it exists already, has changed in between, or has come to its end. */
export class ConflictError extends ApiError {
  static override readonly kind = 'ConflictError';
}

/** 410: what is asked for is no longer known. */
export class GoneError extends ApiError {
  static override readonly kind = 'GoneError';
}

/** 400 or 422: `problem.errors` names each fault by JSON pointer. */
export class InvalidRequestError extends ApiError {
  static override readonly kind = 'InvalidRequestError';
}

/** 429: too many requests; wait for `retryAfterMs`. */
export class RateLimitedError extends ApiError {
  static override readonly kind = 'RateLimitedError';
}

/** 5xx: not the caller's fault. */
export class ServerError extends ApiError {
  static override readonly kind = 'ServerError';
}

const RETRYABLE: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504]);

const BY_STATUS: ReadonlyMap<number, typeof ApiError> = new Map<number, typeof ApiError>([
  [400, InvalidRequestError],
  [401, UnauthorizedError],
  [403, ForbiddenError],
  [404, NotFoundError],
  [409, ConflictError],
  [410, GoneError],
  [422, InvalidRequestError],
  [429, RateLimitedError],
]);

/** The kinds of a class and of all it extends. */
function kindsOf(target: unknown): string[] {
  const kinds: string[] = [];
  for (let each = target; typeof each === 'function' && 'kind' in each; each = Object.getPrototypeOf(each) as unknown)
    kinds.push(String(each.kind));
  return kinds;
}
