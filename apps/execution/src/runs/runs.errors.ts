import { DomainError, UnavailableError, ValidationFailedError } from '@agion/service-kit';
import type { Refusal } from './turn-queue.js';

/** Seconds after which some run has probably ended. */
const RETRY_SECONDS = 5;

/** Also for runs of others: whoever may not see one does not learn that it exists. */
export class RunNotFoundError extends DomainError {
  constructor(runId: string) {
    super('run-not-found', `there is no run \`${runId}\` of yours`);
  }
}

/** The id is somebody else's, or was used for another question. */
export class RunIdTakenError extends DomainError {
  constructor(runId: string) {
    super('conflict', `the run id \`${runId}\` cannot be used`, { hint: 'choose another run id, or leave it out' });
  }
}

export class KeyReusedError extends DomainError {
  constructor() {
    super('idempotency-key-reused', 'this Idempotency-Key came with a different request before');
  }
}

/** No seat, and why: a full queue is everybody's trouble, a used-up share only the caller's. */
export function refusalError(refusal: Refusal): DomainError {
  if (refusal === 'full')
    return new UnavailableError('as many runs are under way as this service works on', RETRY_SECONDS);
  const who = refusal === 'caller' ? 'you have' : 'your organization has';
  return new DomainError('too-many-requests', `${who} as many runs under way as may be at once`, {
    retryAfter: RETRY_SECONDS,
    hint: 'wait for one to end, or cancel one',
  });
}

export class StoppingError extends UnavailableError {
  constructor() {
    super('this service is being restarted', 2);
  }
}

export class NothingAskedError extends ValidationFailedError {
  constructor() {
    super([{ pointer: '/messages', detail: 'must hold a user message, unless `user_message` is given' }]);
  }
}
