import { DomainError } from '@agion/service-kit';

export class DecisionNotFoundError extends DomainError {
  constructor(decisionId: string) {
    super('decision-not-found', `there is no decision \`${decisionId}\``);
  }
}
