import { PROBLEMS } from '@agion/wire';
import { BEARER_ALONE, SECURITY_OR_NONE, WITHOUT_CREDENTIALS } from './openapi-credentials.mjs';

const TICKETS = '/api/v1/stream-tickets';

const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDto' } } };

/** Problems the gateway itself answers with, whatever the service says. */
const AT_THE_DOOR = ['malformed-request', 'too-many-requests', 'unavailable', 'upstream-timeout'];
/** What may be wrong with a body before it is read. */
const WITH_BODY = ['body-too-large', 'unsupported-media-type'];

/** Who may call it, and what the gateway may answer before a service is asked. */
export function describeDoor(operation, { who, to, path }) {
  operation['x-agion-access'] = who;
  if (who === 'open') operation.security = WITHOUT_CREDENTIALS;
  else if (who === 'open-in-development') operation.security = SECURITY_OR_NONE;
  else if (path === TICKETS) operation.security = BEARER_ALONE;
  else delete operation.security;
  const door = who === 'open' ? [] : ['unauthenticated', 'forbidden', ...AT_THE_DOOR];
  for (const name of door) if (to !== 'gateway' || name !== 'upstream-timeout') mayAnswer(operation, name);
  if (operation.requestBody) for (const name of WITH_BODY) mayAnswer(operation, name);
  const parameters = operation.parameters ?? [];
  if (parameters.some((parameter) => parameter.in === 'path' || parameter.in === 'query'))
    mayAnswer(operation, 'uri-too-long');
  if (parameters.some(({ name }) => name.toLowerCase() === 'if-none-match'))
    operation.responses[304] ??= { description: 'It is still what the ETag names.' };
}

function mayAnswer(operation, name) {
  const { status, title } = PROBLEMS[name];
  operation.responses[status] ??= { description: `${title} (\`/problems/${name}\`)`, content: PROBLEM };
}

const REPORT = {
  'application/json': {
    schema: {
      type: 'object',
      required: ['status', 'checks', 'service', 'version'],
      properties: {
        status: { type: 'string', enum: ['ready', 'not_ready'] },
        checks: { type: 'object', additionalProperties: { type: 'object', additionalProperties: true } },
        service: { type: 'string', example: 'gateway' },
        version: { type: 'string', example: '0.1.0' },
      },
    },
  },
};

/** Every service answers this one alike, so no service's own document has it. */
export const READINESS = {
  get: {
    tags: ['platform'],
    operationId: 'getReadiness',
    summary: 'Whether the gateway can work, and what of its servers it cannot reach',
    parameters: [],
    responses: {
      200: { description: 'It can.', content: REPORT },
      503: { description: 'It cannot, for now.', content: REPORT },
    },
  },
};
