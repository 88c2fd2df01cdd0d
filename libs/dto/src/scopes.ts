import { IsUniqueList } from './unique-list.js';
import { SCOPES } from '@agion/wire';

/** A list of scopes, each of which exists. */
export const IsScopes = (): PropertyDecorator =>
  IsUniqueList({
    max: SCOPES.length,
    pattern: new RegExp(`^(?:${SCOPES.join('|')})$`),
    each: `one of ${SCOPES.join(', ')}`,
  });
