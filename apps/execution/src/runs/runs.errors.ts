import { DomainError, UnavailableError, ValidationFailedError } from '@agion/service-kit';

/** Also for runs of others: whoever may not see one does not learn that it exists. */
export class RunNotFoundError extends DomainError {
  constructor(runId: string) {
    super('run-not-found', `there is no run \`${runId}\` of yours`);
  }
}

export class RunIdTakenError extends DomainError {
  constructor(runId: string) {
    super('conflict', `the run id \`${runId}\` cannot be used`, { hint: 'choose another run id, or leave it out' });
  }
}

export class TooManyRunsError extends UnavailableError {
  constructor() {
    super('as many runs are under way as this service works on', 5);
  }
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
