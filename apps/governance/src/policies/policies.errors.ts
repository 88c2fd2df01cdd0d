import { DomainError } from '@agion/service-kit';

export class PolicyNotFoundError extends DomainError {
  constructor(id: string) {
    super('policy-not-found', `there is no policy \`${id}\``, { extensions: { id } });
  }
}

export class PolicyVersionNotFoundError extends DomainError {
  constructor(id: string, version: number) {
    super('version-not-found', `the policy \`${id}\` has no version ${version}`, {
      extensions: { id, version },
      hint: `list those it has: GET /api/v1/policies/${id}/versions`,
    });
  }
}

export class PolicyExistsError extends DomainError {
  constructor(id: string, archived: boolean) {
    super('conflict', `there is a policy \`${id}\` already`, {
      extensions: { id },
      hint: archived
        ? 'it is archived and keeps its id: choose another one'
        : `make its next version: PUT /api/v1/policies/${id}`,
    });
  }
}

export class PolicyArchivedError extends DomainError {
  constructor(id: string) {
    super('conflict', `the policy \`${id}\` is archived`, {
      extensions: { id },
      hint: 'create another one: POST /api/v1/policies',
    });
  }
}

export class PolicyChangedError extends DomainError {
  constructor(id: string, version: number) {
    super('conflict', `the policy \`${id}\` has changed since it was read: it is at version ${version} now`, {
      extensions: { id, version },
      hint: `read it again and repeat the change: GET /api/v1/policies/${id}`,
    });
  }
}

/** In an organization with `policy_review: required`. */
export class ReviewRequiredError extends DomainError {
  /** @param version the one the caller has written; null: one that is being written */
  constructor(id: string, version: number | null) {
    super(
      'forbidden',
      version === null
        ? 'this organization reviews its policies: what is written is put in force by somebody else'
        : `version ${version} of the policy \`${id}\` was written by these credentials: somebody else decides about it`,
      {
        extensions: { id, ...(version !== null && { version }) },
        hint:
          version === null
            ? `write it with \`status: draft\`, or as the next version with \`?activate=false\`; then anybody else who may write it: POST /api/v1/policies/${id}/versions/{version}/activate`
            : `anybody else who may write it: POST /api/v1/policies/${id}/versions/${version}/activate`,
      },
    );
  }
}

/** What changed since a revision cannot be told any more, or that revision has never been. */
export class RevisionGoneError extends DomainError {
  constructor(since: number, revision: number) {
    super('revision-gone', `what changed since revision ${since} is not known`, {
      extensions: { since, revision },
      hint: 'read the document whole, without `since`',
    });
  }
}
