import { DomainError } from '@agion/service-kit';
import type { DeadLetter } from './dead-letter.js';

export class DeadLetterNotFoundError extends DomainError {
  constructor(id: string) {
    super('dead-letter-not-found', `there is no dead letter \`${id}\``);
  }
}

export class DeadLetterSettledError extends DomainError {
  constructor({ id, status, settledAt, settledBy }: Pick<DeadLetter, 'id' | 'status' | 'settledAt' | 'settledBy'>) {
    const since = settledAt === null ? '' : ` by \`${settledBy ?? ''}\` at ${settledAt.toISOString()}`;
    super('dead-letter-settled', `dead letter \`${id}\` was ${status}${since}`, {
      extensions: { dead_letter_status: status },
    });
  }
}

export class DeadLetterNotRedrivableError extends DomainError {
  constructor(id: string, obstacle: string) {
    super('dead-letter-not-redrivable', `dead letter \`${id}\` cannot be put back: ${obstacle}`);
  }
}
