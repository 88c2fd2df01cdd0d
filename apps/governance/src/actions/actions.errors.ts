import type { PolicyFault } from '@agion/policy-engine';
import { DomainError } from '@agion/service-kit';

export class ActionNotFoundError extends DomainError {
  constructor(name: string) {
    super('action-not-found', `nothing is known of the action \`${name}\``, { extensions: { name } });
  }
}

export class ActionChangedError extends DomainError {
  constructor(name: string, version: number) {
    super('conflict', `the action \`${name}\` has changed since it was read: it is at version ${version} now`, {
      extensions: { name, version },
      hint: 'read it again and repeat the change',
    });
  }
}

/** Policies in force whose conditions do not go with a schema. */
export class PoliciesBrokenError extends DomainError {
  constructor(name: string, broken: readonly { policy: string; faults: readonly PolicyFault[] }[]) {
    const policies = broken.map(({ policy }) => `\`${policy}\``).join(', ');
    super('conflict', `the schema of \`${name}\` does not go with policies in force: ${policies}`, {
      extensions: { policies: broken.map(({ policy, faults }) => ({ policy, faults: [...faults] })) },
      hint: 'change or archive these policies first',
    });
  }
}

export class TooManyActionsError extends DomainError {
  constructor(most: number) {
    super('quota-exceeded', `more than ${most} actions cannot be described`, { extensions: { most } });
  }
}
