import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HEADERS } from '@agion/wire';
import { toProblem } from './to-problem.js';

/** Name of the server's decoration that says whether its callers are other services. */
export const TRUSTS_PREFIX = 'trustsForwardedPrefix';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json; charset=utf-8';

/** The one place where an error becomes an HTTP answer. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }
}

/** For errors that happen before Nest is asked (unreadable bodies) or after it let go of the reply. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { problem, headers, unexpected } = toProblem(error, {
    instance: prefixOf(request) + pathOf(request.url),
    traceId: request.id,
  });
  if (unexpected) request.log.error({ err: error }, 'request failed unexpectedly');
  if (reply.sent || reply.raw.headersSent) return;
  void reply.status(problem.status).headers(headers).type(PROBLEM_CONTENT_TYPE).send(JSON.stringify(problem));
}

/** Queries may hold a ticket: they appear in no answer and in no log. */
export const pathOf = (url: string): string => {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
};

/** What the gateway took off the path before it passed the request on: callers know the path with it. */
function prefixOf({ headers, server }: FastifyRequest): string {
  if (!server.getDecorator<boolean>(TRUSTS_PREFIX)) return '';
  const prefix = headers[HEADERS.forwardedPrefix];
  return typeof prefix === 'string' && /^\/[a-z/]{1,20}$/.test(prefix) ? prefix : '';
}
