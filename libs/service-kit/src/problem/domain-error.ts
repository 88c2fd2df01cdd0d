import type { InputFault, Problem, ProblemName, QuotaName } from '@agion/wire';

export interface DomainErrorDetails {
  /** What to do about it, where the catalogue's own help is not precise enough. */
  hint?: string;
  errors?: InputFault[];
  /** Seconds after which trying again makes sense; becomes Retry-After. */
  retryAfter?: number;
  /** Methods the path does have; becomes Allow. */
  allow?: readonly string[];
  /** Further members of the problem, in snake_case. */
  extensions?: Record<string, unknown>;
}

/**
 * An error with a name in the catalogue. It knows nothing of HTTP: the problem filter translates it, a stream reply carries it.
 * Messages are one line, lower case, without a period, with the user's input in backticks.
 */
export class DomainError extends Error {
  constructor(
    readonly problem: ProblemName,
    detail: string,
    readonly details: DomainErrorDetails = {},
  ) {
    super(detail);
    this.name = new.target.name;
  }
}

export class UnauthenticatedError extends DomainError {
  constructor(detail = 'the request carries no valid credentials', hint?: string) {
    super('unauthenticated', detail, hint === undefined ? {} : { hint });
  }
}

export class ForbiddenError extends DomainError {
  constructor(detail: string, hint?: string) {
    super('forbidden', detail, hint === undefined ? {} : { hint });
  }
}

/** An organization has as many as the platform lets it have. */
export class QuotaExceededError extends DomainError {
  constructor(quota: QuotaName, most: number, hint: string) {
    super('quota-exceeded', `this organization may have ${most} ${quota.replaceAll('_', ' ')}, and has them`, {
      hint: `${hint}, or ask an admin of the platform for more: PUT /api/v1/organizations/{slug}/settings`,
      extensions: { quota, limit: most },
    });
  }
}

/** Faults told of at once; whoever has more has more to mend than a list would help with. */
const MOST_FAULTS = 100;

/** Input that was read but is not acceptable; every fault at once, up to `most`. */
export class ValidationFailedError extends DomainError {
  constructor(errors: InputFault[], most = MOST_FAULTS) {
    super(
      'validation-failed',
      errors.length === 1 ? 'one field is not acceptable' : `${errors.length} fields are not acceptable`,
      { errors: errors.slice(0, most) },
    );
  }
}

/** A part this service depends on does not answer. */
export class UnavailableError extends DomainError {
  constructor(detail: string, retryAfter = 5) {
    super('unavailable', detail, { retryAfter });
  }
}

/** Another service answered with a problem; it reaches the caller unchanged. */
export class UpstreamProblemError extends Error {
  /** @param retryAfter its Retry-After header, as it came */
  constructor(
    readonly upstream: Problem,
    readonly retryAfter?: string,
  ) {
    super(upstream.detail ?? upstream.title);
    this.name = 'UpstreamProblemError';
  }
}
