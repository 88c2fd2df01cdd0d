import { DomainError, ValidationFailedError } from '@agion/service-kit';
import type { ConfigurationKind } from './configuration.js';

/** Nothing is fetched by this key. Says how to create it. */
export class ConfigurationKeyNotFoundError extends DomainError {
  constructor({ name, collection, keyField, notFound, example }: ConfigurationKind, key: string) {
    super(notFound, `there is no ${name} with the ${keyField} \`${key}\``, {
      extensions: { [keyField]: key },
      hint: `create it: ${createCommand(collection, example(key))}`,
    });
  }
}

export class ConfigurationNotFoundError extends DomainError {
  constructor({ name, collection, notFound, example }: ConfigurationKind, id: string) {
    super(notFound, `there is no ${name} \`${id}\``, {
      extensions: { id },
      hint: `create it: ${createCommand(collection, { id, ...example(id) })}`,
    });
  }
}

export class VersionNotFoundError extends DomainError {
  constructor({ name, collection }: ConfigurationKind, id: string, version: number) {
    super('version-not-found', `the ${name} \`${id}\` has no version ${version}`, {
      extensions: { id, version },
      hint: `list those it has: GET /api/v1/${collection}/${id}/versions`,
    });
  }
}

export class ConfigurationArchivedError extends DomainError {
  constructor({ name, collection }: ConfigurationKind, id: string) {
    super('conflict', `the ${name} \`${id}\` is archived`, {
      extensions: { id },
      hint: `create another one: POST /api/v1/${collection}`,
    });
  }
}

export class ConfigurationExistsError extends DomainError {
  constructor(
    { name, collection, keyField }: ConfigurationKind,
    existing: { id: string; key: string; archived: boolean },
  ) {
    const { id, key, archived } = existing;
    super('conflict', `there is a ${name} \`${id}\` with the ${keyField} \`${key}\` already`, {
      extensions: { id },
      hint: archived
        ? 'it is archived and keeps its id: choose another one'
        : `make its next version: PUT /api/v1/${collection}/${id}`,
    });
  }
}

export class ConfigurationChangedError extends DomainError {
  constructor({ name, collection }: ConfigurationKind, id: string, version: number) {
    super('conflict', `the ${name} \`${id}\` has changed since it was read: it is at version ${version} now`, {
      extensions: { id, version },
      hint: `read it again and repeat the change: GET /api/v1/${collection}/${id}`,
    });
  }
}

export class CandidateIsActiveError extends ValidationFailedError {
  constructor(version: number) {
    super([
      { pointer: '/candidate', detail: `must be another version than ${version}, which everybody is served already` },
    ]);
  }
}

const createCommand = (collection: string, body: object): string =>
  `curl -X POST "$AGION_GATEWAY_URL/api/v1/${collection}" -H "authorization: Bearer $AGION_OPERATOR_TOKEN" -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
