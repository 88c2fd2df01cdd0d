import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { AgionError, PolicyViolationError } from '@agion/sdk';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { EchoAgent } from './echo-agent.ts';

/** What the container is doing: only `healthy` takes work. */
export type Condition = 'starting' | 'healthy' | 'stopping';

const BODY = {
  type: 'object',
  required: ['query'],
  properties: { query: { type: 'string' }, context: { type: 'object', default: {} } },
} as const;

interface Invocation {
  Params: { agentId: string };
  Body: { query: string; context: Record<string, unknown> };
}

/** The endpoints of the agent container contract, version 1. */
export function buildServer(agentId: string, agent: EchoAgent, condition: () => Condition): FastifyInstance {
  const server = Fastify({ forceCloseConnections: 'idle', ajv: { customOptions: { coerceTypes: false } } });
  endUnusedSockets(server);

  server.get('/health', (_request, reply) =>
    reply
      .status(condition() === 'healthy' ? 200 : 503)
      .send({ status: condition(), version: agent.description.version }),
  );

  server.get('/agents', () => [{ agent_id: agentId, ...agent.description }]);

  server.post<Invocation>('/agents/:agentId/invoke', { schema: { body: BODY } }, async (request, reply) => {
    const { query, context } = request.body;
    if (request.params.agentId !== agentId)
      return problem(reply, 404, `there is no agent \`${request.params.agentId}\``);
    if (condition() !== 'healthy') return problem(reply, 503, `the container is ${condition()}`);
    const executionId = randomUUID();
    return { result: await agent.answer({ query, context, executionId }), execution_id: executionId };
  });

  server.setNotFoundHandler((_request, reply) => problem(reply, 404, 'there is nothing at this path'));
  server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (PolicyViolationError.is(error))
      return problem(reply, 403, error.decision.reason, { decision_id: error.decision.decisionId });
    if (AgionError.is(error)) return problem(reply, 503, error.message);
    const { statusCode = 500 } = error;
    return problem(reply, statusCode, statusCode < 500 ? error.message : 'the agent failed');
  });
  return server;
}

/** A connection on which nothing was ever sent counts as busy with Node: closing would wait for whoever opened it ahead of need. */
function endUnusedSockets(server: FastifyInstance): void {
  const sockets = new Set<Socket>();
  server.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.addHook('preClose', (done) => {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    done();
  });
}

const problem = (reply: FastifyReply, status: number, detail: string, members: object = {}): FastifyReply =>
  reply
    .status(status)
    .type('application/problem+json')
    .send({ type: 'about:blank', title: STATUS_CODES[status], status, detail, ...members });
