import { applyDecorators } from '@nestjs/common';
import { IsNotIn, Matches } from 'class-validator';
import { AGENT_ID_PATTERN, DEAD, NAME_PATTERN } from '@agion/wire';

/** Words that stand where an id stands in the routes of some object: none of them can be an id. */
export const RESERVED_IDS: readonly string[] = [
  'activate',
  'by-location',
  'by-name',
  'by-purpose',
  'convergence',
  'heartbeat',
  'register',
  'retire',
  'rollout',
  'shadow',
  'simulate',
  'test',
  'token',
  'validate',
  'versions',
];

const NAME_RULE = 'must be 1 to 63 of a–z, 0–9, `.`, `_` and `-`, and begin with a letter or digit';

const notReserved = (): PropertyDecorator => IsNotIn(RESERVED_IDS, { message: 'is a reserved word' });

/** An id the caller chose for a prompt, model, resource or the like. */
export const IsChosenId = (): PropertyDecorator =>
  applyDecorators(Matches(NAME_PATTERN, { message: NAME_RULE }), notReserved());

/** An agent id as it stands on the wire. One that cannot be registered names nobody, which is no fault of its form. */
export const IsAgentId = (): PropertyDecorator =>
  Matches(AGENT_ID_PATTERN, { message: 'must be `name` or `container:name` in lower case, e.g. `support:triage`' });

/** A container id: the part of an agent id before the colon. */
export const IsContainerId = (): PropertyDecorator =>
  applyDecorators(
    Matches(NAME_PATTERN, { message: NAME_RULE }),
    IsNotIn([DEAD], { message: 'is a reserved word: streams of dead letters end so' }),
  );

/** The id of an agent that is to be: none in a container that cannot be. */
export const IsNewAgentId = (): PropertyDecorator =>
  applyDecorators(
    IsAgentId(),
    notReserved(),
    Matches(new RegExp(`^(?!${DEAD}:)`), { message: `is in the container \`${DEAD}\`, which is a reserved word` }),
  );

/** What one process of an agent calls itself: a pod's name, a host's name, a UUID. */
export const IsInstanceId = (): PropertyDecorator =>
  Matches(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/, {
    message: 'must be 1 to 128 letters, digits, `.`, `_`, `:` and `-`, and begin with a letter or digit',
  });

/** What a configuration is fetched by: a prompt's location, a model's purpose, a resource's name. */
export const IsConfigurationKey = (): PropertyDecorator =>
  Matches(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/, {
    message: 'must be 1 to 128 letters, digits, `.`, `_`, `:` and `-`, and begin with a letter or digit',
  });

/** Where a secret is kept, e.g. `env:SALES_DB_URL`: never the secret itself. */
export const IsCredentialRef = (): PropertyDecorator =>
  Matches(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$/, {
    message: 'must name where the secret is kept, e.g. `env:OPENAI_API_KEY`, in 1 to 200 characters',
  });
