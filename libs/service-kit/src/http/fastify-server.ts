import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import { PROBLEMS, problemType, type ProblemName } from '@agion/wire';
import { pathOf, sendProblem, TRUSTS_PREFIX } from '../problem/problem.filter.js';
import { refuseImproperRequests } from './improper-requests.js';
import { MAX_BODY_BYTES, parseJson } from './json-body.js';
import { refuseYaml, takesYaml } from './takes-yaml.js';
import { parseYaml } from './yaml-body.js';
import type { RecordRequest } from '../telemetry/instruments.js';
import { RequestLogger } from './request-logger.js';
import { MAX_HEADER_BYTES } from './server-limits.js';
import { inTrace } from './trace-context.js';
import { traceIdOf } from './trace-id.js';
import { endUnusedSockets } from './unused-sockets.js';

/** Milliseconds until a request must have arrived whole. */
const REQUEST_TIMEOUT = 30_000;
/** Milliseconds a socket may be silent. Event streams switch it off for theirs. */
const IDLE_TIMEOUT = 35_000;

export interface ServerOptions {
  logger: Logger;
  /** Counts requests by the service's own route; a service that knows better names for them counts by itself. */
  record?: RecordRequest;
  /** How a JSON body reaches the handlers: parsed, or as it came for those who only pass it on. */
  body: 'parsed' | 'raw';
}

/** Fastify with limits where it has none, one log line for each request and a problem for every error. */
export function fastifyServer({ logger, body, record }: ServerOptions): FastifyAdapter {
  const adapter = new FastifyAdapter({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'trace_id' }),
    childLoggerFactory: (parent: FastifyBaseLogger, bindings: Record<string, unknown>) =>
      new RequestLogger(parent, bindings),
    genReqId: traceIdOf,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT,
    connectionTimeout: IDLE_TIMEOUT,
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false, // whoever is heard is answered
    routerOptions: { maxParamLength: 200 },
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: 10_000,
      connectionsCheckingInterval: 5_000,
      requireHostHeader: false, // looked at below
    },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(error, request, reply),
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  endUnusedSockets(fastify);
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, content, done) => {
    parseWith(body === 'raw' ? asItCame : parseJson, content as Buffer, done);
  });
  fastify.addContentTypeParser('application/yaml', { parseAs: 'buffer' }, (request, content, done) => {
    const parse = !takesYaml(request) ? refuseYaml : body === 'raw' ? asItCame : parseYaml;
    parseWith(parse, content as Buffer, done);
  });
  fastify.decorate(TRUSTS_PREFIX, body === 'parsed'); // the public door's callers name no prefix
  // Those who only pass bodies on have nothing to tell of a trace, and every microsecond to save.
  if (body === 'parsed') fastify.addHook('onRequest', (request, _reply, done) => inTrace(request.id, done));
  refuseImproperRequests(fastify);
  // No field of this line can hold a secret: looking for some by name would cost a tenth of a cached answer.
  const requests = logger.child({}, { redact: [] });
  fastify.addHook('onResponse', (request, reply, done) => {
    record?.(request.method, request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime);
    requests.info(
      {
        trace_id: request.id,
        method: request.method,
        path: pathOf(request.url),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
      },
      'request',
    );
    done();
  });
  return adapter;
}

const asItCame = (content: Buffer): unknown => content;

function parseWith(
  parse: (content: Buffer) => unknown,
  content: Buffer,
  done: (error: Error | null, body?: unknown) => void,
): void {
  try {
    done(null, parse(content));
  } catch (error) {
    done(error as Error);
  }
}

/** What Node refuses before there is a request: the socket is all there is to answer on. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const name: ProblemName =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'headers-too-large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'request-timeout'
        : 'malformed-request';
  const { status, title, help } = PROBLEMS[name];
  const body = JSON.stringify({ type: problemType(name), title, status, detail: help });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\ncontent-type: application/problem+json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
