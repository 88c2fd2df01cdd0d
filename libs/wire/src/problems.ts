/** What a problem is by name: its HTTP status and its title. The type URI is `/problems/<name>` (RFC 9457). */
export interface ProblemDefinition {
  readonly status: number;
  readonly title: string;
  /** What a caller can usually do about it; served by the gateway at the type URI. */
  readonly help: string;
}

/** The catalogue of every error the platform answers with. Nothing else may leave a service. */
export const PROBLEMS = {
  'malformed-request': {
    status: 400,
    title: 'Malformed request',
    help: 'The request could not be read: check that the body is valid JSON, not nested too deeply, and that the content type is application/json.',
  },
  unauthenticated: {
    status: 401,
    title: 'Authentication required',
    help: 'Send a valid bearer token: a user JWT, or an Agion agent, container or service-account token.',
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    help: 'The caller is known but lacks the role or the ownership this call needs.',
  },
  'quota-exceeded': {
    status: 403,
    title: 'Quota used up',
    help: 'The organization has as many of these as it may have: remove some, or ask an admin of the platform for more.',
  },
  'not-found': {
    status: 404,
    title: 'Not found',
    help: 'No such route or object, or it belongs to another organization.',
  },
  'agent-not-found': {
    status: 404,
    title: 'Agent not found',
    help: 'Register the agent first: POST /api/v1/agents/register.',
  },
  'prompt-not-found': { status: 404, title: 'Prompt not found', help: 'Create it: POST /api/v1/prompts.' },
  'model-not-found': { status: 404, title: 'Model not found', help: 'Create it: POST /api/v1/models.' },
  'resource-not-found': { status: 404, title: 'Resource not found', help: 'Create it: POST /api/v1/resources.' },
  'action-not-found': {
    status: 404,
    title: 'Action not found',
    help: 'Say what is known of it: PUT /api/v1/actions/{name}.',
  },
  'policy-not-found': { status: 404, title: 'Policy not found', help: 'Create it: POST /api/v1/policies.' },
  'version-not-found': {
    status: 404,
    title: 'Version not found',
    help: 'List the versions that exist: GET …/versions.',
  },
  'mission-not-found': { status: 404, title: 'Mission not found', help: 'List missions: GET /api/v1/missions.' },
  'decision-not-found': {
    status: 404,
    title: 'Decision not found',
    help: 'Search the ledger: GET /api/v1/decisions.',
  },
  'violation-not-found': {
    status: 404,
    title: 'Violation not found',
    help: 'List violations: GET /api/v1/violations.',
  },
  'dead-letter-not-found': {
    status: 404,
    title: 'Dead letter not found',
    help: 'List what is dead: GET /api/v1/dead-letters. It is kept for thirty days.',
  },
  'webhook-not-found': { status: 404, title: 'Webhook not found', help: 'List webhooks: GET /api/v1/webhooks.' },
  'delivery-not-found': {
    status: 404,
    title: 'Delivery not found',
    help: 'List what was sent: GET /api/v1/webhooks/{id}/deliveries. It is kept for thirty days.',
  },
  'run-not-found': { status: 404, title: 'Run not found', help: 'The run does not exist or is not yours.' },
  'method-not-allowed': {
    status: 405,
    title: 'Method not allowed',
    help: 'The path exists, the method does not; the Allow header lists those that do.',
  },
  'not-acceptable': {
    status: 406,
    title: 'Not acceptable',
    help: 'The route cannot answer in the media type asked for.',
  },
  'request-timeout': {
    status: 408,
    title: 'Request timed out',
    help: 'The request was not received in time; send it again.',
  },
  conflict: { status: 409, title: 'Conflict', help: 'The object exists already or has changed since it was read.' },
  'dead-letter-settled': {
    status: 409,
    title: 'Dead letter is settled',
    help: 'It is open no more: it was put back, or discarded. One that fails again is open again.',
  },
  'dead-letter-not-redrivable': {
    status: 409,
    title: 'Dead letter cannot be put back',
    help: 'The detail says why: discard it, and have its producer say it again where it still matters.',
  },
  'agent-retired': {
    status: 409,
    title: 'Agent is retired',
    help: 'A retired agent cannot come back; register another id.',
  },
  'revision-gone': {
    status: 410,
    title: 'Revision is gone',
    help: 'What changed since that revision is no longer known: read the document whole, without `since`.',
  },
  'body-too-large': { status: 413, title: 'Body too large', help: 'The limit is 1 MiB.' },
  'uri-too-long': {
    status: 414,
    title: 'URI too long',
    help: 'Send less in the query: 8,192 bytes are read. No id or name in a path has more than 200 characters.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Unsupported media type',
    help: 'Send application/json, or application/yaml where a route takes it.',
  },
  'expectation-failed': {
    status: 417,
    title: 'Expectation failed',
    help: 'Of what a header Expect may ask for, only 100-continue is known: leave it out.',
  },
  'validation-failed': {
    status: 422,
    title: 'Validation failed',
    help: 'Each element of `errors` names a field by JSON pointer and says what is wrong with it.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'Idempotency key reused',
    help: 'The same Idempotency-Key came with a different request; use a new key.',
  },
  'too-many-requests': { status: 429, title: 'Too many requests', help: 'Wait for the seconds named in Retry-After.' },
  'headers-too-large': { status: 431, title: 'Headers too large', help: 'Send fewer or shorter headers.' },
  'internal-error': {
    status: 500,
    title: 'Internal error',
    help: 'Not your fault; quote the trace_id to the operators.',
  },
  'upstream-failed': {
    status: 502,
    title: 'Upstream failed',
    help: 'A service behind the gateway answered with something that is not an answer.',
  },
  unavailable: {
    status: 503,
    title: 'Temporarily unavailable',
    help: 'A part the platform depends on is down; try again after Retry-After seconds.',
  },
  'upstream-timeout': {
    status: 504,
    title: 'Upstream timed out',
    help: 'A service behind the gateway did not answer in time.',
  },
} as const satisfies Record<string, ProblemDefinition>;

export type ProblemName = keyof typeof PROBLEMS;

/** One fault of the input. `pointer` is a JSON pointer (RFC 6901) into the body; a query parameter is `/query/<name>`. */
export interface InputFault {
  pointer: string;
  detail: string;
  /** Where in the text the pointer names, when it is one of several lines or words; both begin at 1. */
  line?: number;
  column?: number;
}

/** An RFC 9457 problem as it stands on the wire; extension members sit beside the standard ones. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  instance?: string;
  trace_id?: string;
  hint?: string;
  errors?: InputFault[];
  [extension: string]: unknown;
}

export const problemType = (name: ProblemName): string => `/problems/${name}`;

export const isProblemName = (name: string): name is ProblemName => Object.hasOwn(PROBLEMS, name);
