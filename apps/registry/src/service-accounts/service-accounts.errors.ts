import { DomainError } from '@agion/service-kit';

export class AccountNotFoundError extends DomainError {
  constructor(id: string) {
    super('not-found', `there is no service account \`${id}\``, {
      hint: 'list those there are: GET /api/v1/service-accounts',
    });
  }
}

export class AccountNameTakenError extends DomainError {
  constructor(name: string, deleted: boolean) {
    super('conflict', `there ${deleted ? 'was' : 'is'} a service account \`${name}\``, {
      hint: deleted
        ? 'choose another name: what a deleted account has made still belongs to it'
        : 'choose another name, or give it a new token: POST /api/v1/service-accounts/{id}/token',
    });
  }
}
