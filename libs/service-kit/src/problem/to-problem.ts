import { HttpException } from '@nestjs/common';
import { PROBLEMS, problemType, type Problem, type ProblemName } from '@agion/wire';
import { DomainError, UpstreamProblemError, type DomainErrorDetails } from './domain-error.js';

/** A problem and the headers that belong to it. `unexpected` asks for the error to be logged: nobody else will see it. */
export interface ProblemAnswer {
  problem: Problem;
  headers: Record<string, string>;
  unexpected: boolean;
}

interface Where {
  instance: string;
  traceId: string;
}

const BY_STATUS: Record<number, ProblemName> = {
  400: 'malformed-request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  406: 'not-acceptable',
  408: 'request-timeout',
  409: 'conflict',
  413: 'body-too-large',
  414: 'uri-too-long',
  415: 'unsupported-media-type',
  422: 'validation-failed',
  429: 'too-many-requests',
  431: 'headers-too-large',
  503: 'unavailable',
};

/** Codes of Prisma, PostgreSQL and Node that a caller may do something about. */
const BY_CODE: Record<string, { name: ProblemName; detail: string } & DomainErrorDetails> = {
  P2002: { name: 'conflict', detail: 'an object with these identifiers exists already' },
  '23505': { name: 'conflict', detail: 'an object with these identifiers exists already' },
  P2025: { name: 'not-found', detail: 'the object does not exist' },
  '22021': { name: 'malformed-request', detail: 'the request holds a character that cannot be kept' },
  '57014': { name: 'unavailable', detail: 'the database took too long', retryAfter: 2 },
  '55P03': { name: 'unavailable', detail: 'the object is locked by another change', retryAfter: 1 },
  '40001': { name: 'unavailable', detail: 'another change came in between', retryAfter: 1 },
  '40P01': { name: 'unavailable', detail: 'another change came in between', retryAfter: 1 },
  '57P01': { name: 'unavailable', detail: 'the database is restarting', retryAfter: 2 },
  '57P03': { name: 'unavailable', detail: 'the database is starting', retryAfter: 2 },
  '53100': { name: 'unavailable', detail: 'the database has no room left', retryAfter: 30 },
  '53200': { name: 'unavailable', detail: 'the database has no memory left', retryAfter: 5 },
  '58030': { name: 'unavailable', detail: 'the database cannot read or write its files', retryAfter: 30 },
  '25006': { name: 'unavailable', detail: 'the database takes no changes now', retryAfter: 5 },
  '53300': { name: 'unavailable', detail: 'the database has no connection to spare', retryAfter: 2 },
  P1001: { name: 'unavailable', detail: 'the database does not answer', retryAfter: 5 },
  P2024: { name: 'unavailable', detail: 'the database has no connection to spare', retryAfter: 2 },
  P2028: { name: 'unavailable', detail: 'the database took too long', retryAfter: 2 },
  '57P02': { name: 'unavailable', detail: 'the database is restarting', retryAfter: 2 },
  '25P03': { name: 'unavailable', detail: 'the database took too long', retryAfter: 2 },
  P1017: { name: 'unavailable', detail: 'the database broke the connection', retryAfter: 2 },
  P2039: { name: 'unavailable', detail: 'the database broke the connection', retryAfter: 2 },
  EPIPE: { name: 'unavailable', detail: 'a server this service depends on broke the connection', retryAfter: 2 },
  ECONNREFUSED: { name: 'unavailable', detail: 'a server this service depends on does not answer', retryAfter: 5 },
  ECONNRESET: { name: 'unavailable', detail: 'a server this service depends on broke the connection', retryAfter: 2 },
};

/** Translates whatever was thrown into the catalogue. What is not in it becomes `internal-error` and tells nothing but its trace. */
export function toProblem(error: unknown, where: Where): ProblemAnswer {
  if (error instanceof DomainError) return answer(error.problem, error.message, error.details, where);
  if (error instanceof UpstreamProblemError)
    return {
      problem: { ...error.upstream, instance: where.instance },
      headers: error.retryAfter === undefined ? {} : { 'retry-after': error.retryAfter },
      unexpected: false,
    };
  const code = codeOf(error);
  const known = code === undefined ? undefined : BY_CODE[code];
  if (known) return answer(known.name, known.detail, known, where);
  if (/timeout exceeded when trying to connect|connection terminated|is not queryable/i.test(messageOf(error))) {
    return answer('unavailable', 'the database does not answer', { retryAfter: 5 }, where);
  }
  const name = BY_STATUS[statusOf(error)];
  if (name) return answer(name, plain(messageOf(error)), {}, where);
  return { ...answer('internal-error', 'the request failed for a reason on our side', {}, where), unexpected: true };
}

/** True for errors that say a part this service depends on is down, so that trying again later makes sense. */
export const isUnavailable = (error: unknown): boolean =>
  toProblem(error, { instance: '', traceId: '' }).problem.type === problemType('unavailable');

function answer(name: ProblemName, detail: string, details: DomainErrorDetails, where: Where): ProblemAnswer {
  const { status, title } = PROBLEMS[name];
  const { hint, errors, retryAfter, allow, extensions } = details;
  const problem: Problem = {
    type: problemType(name),
    title,
    status,
    detail,
    instance: where.instance,
    trace_id: where.traceId,
    ...(hint !== undefined && { hint }),
    ...(errors && { errors }),
    ...extensions,
  };
  const headers = {
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    ...(allow && { allow: allow.join(', ') }),
    ...(name === 'unauthenticated' && { 'www-authenticate': 'Bearer' }),
  };
  return { problem, headers, unexpected: false };
}

/** Fastify's errors carry `statusCode`, Nest's a method; only the range of the caller's own faults is passed on. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : 500;
}

/** The first known code of an error or of what it wraps: Prisma hides the database's own in `originalCode` or `meta`. */
function codeOf(error: unknown, depth = 0): string | undefined {
  if (typeof error !== 'object' || error === null || depth > 6) return undefined;
  const { code, originalCode, cause, meta, driverAdapterError } = error as Record<string, unknown>;
  for (const candidate of [originalCode, code])
    if (typeof candidate === 'string' && candidate in BY_CODE) return candidate;
  return codeOf(cause, depth + 1) ?? codeOf(meta, depth + 1) ?? codeOf(driverAdapterError, depth + 1);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '');

/** Frameworks begin with a capital and end with a period; ours do not. */
const plain = (message: string): string => (message.charAt(0).toLowerCase() + message.slice(1)).replace(/\.$/, '');
