import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { AgionError, PolicyViolationError } from '@agion/sdk';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { Container } from './container.ts';

/** The endpoints of the agent container contract, version 1. */
export function endpoints(container: Container, version: string): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json());

  app.get('/health', (_request, response) => {
    const { condition } = container;
    response.status(condition === 'healthy' ? 200 : 503).json({ status: condition, version });
  });

  app.get('/agents', (_request, response) => {
    response.json(container.agents);
  });

  app.post('/agents/:agentId/invoke', async (request: Request<{ agentId: string }>, response) => {
    const { agentId } = request.params;
    const answer = container.agent(agentId);
    if (!answer) return problem(response, 404, `there is no agent \`${agentId}\` in this container`);
    if (container.condition !== 'healthy') return problem(response, 503, `the container is ${container.condition}`);
    const { query, context = {} } = (request.body ?? {}) as { query?: unknown; context?: unknown };
    if (typeof query !== 'string' || !isObject(context))
      return problem(response, 400, 'the body must be JSON such as {"query": "…", "context": {}}');
    const executionId = randomUUID();
    response.json({ result: await answer({ query, context, executionId }), execution_id: executionId });
  });

  app.use((_request, response) => problem(response, 404, 'there is nothing at this path'));

  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    if (PolicyViolationError.is(error))
      return problem(response, 403, error.decision.reason, { decision_id: error.decision.decisionId });
    if (AgionError.is(error)) return problem(response, 503, error.message);
    const { status = 500, message = '' } = error as Partial<Error & { status: number }>;
    problem(response, status, status < 500 ? message : 'the agent failed');
  });
  return app;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function problem(response: Response, status: number, detail: string, members: object = {}): void {
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail, ...members }));
}
