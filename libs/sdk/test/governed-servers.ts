import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { fastify, type FastifyInstance } from 'fastify';
import { Controller, Get, Module, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Decision, PermissionQuestion } from '../src/decisions/decision.js';
import { decisionOf } from '../src/governance/checkpoint.js';
import { GovernanceGuard, type GovernanceGuardOptions } from '../src/governance/governance.guard.js';
import type { GovernedRequest } from '../src/governance/governed-request.js';
import { withGovernance } from '../src/governance/with-governance.js';

export const decided = (decision: 'allow' | 'deny', more: Partial<Decision> = {}): Decision => ({
  decisionId: '0198c0de-0000-7000-8000-000000000001',
  decision,
  allowed: decision === 'allow',
  reason: 'no more than 10 charts',
  policyRevision: 7,
  policies: [],
  obligations: [],
  decidedBy: 'http',
  ...more,
});

/** Answers what it is told to, and remembers what it was asked. */
export class Oracle {
  readonly asked: (PermissionQuestion & { agentId: string })[] = [];
  answer: () => Decision = () => decided('allow');

  checkPermission(question: PermissionQuestion & { agentId: string }): Promise<Decision> {
    this.asked.push(question);
    return Promise.resolve().then(() => this.answer());
  }
}

const undo: (() => unknown)[] = [];
/** Stops all of them. */
export async function stopServers(): Promise<void> {
  for (const step of undo.splice(0)) await step();
}

async function listening(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export interface Framework {
  start(oracle: Oracle, options?: GovernanceGuardOptions<GovernedRequest>): Promise<string>;
}

export const expressMiddleware: Framework = {
  start(client, options) {
    const app = express();
    app.use(withGovernance('demo:charts', undefined, { client, ...options }));
    app.all('/charts/:id', (request, response) => {
      response.json({ chart: request.params.id, decision: decisionOf(request)?.decisionId });
    });
    return listening(app);
  },
};

export const expressRoute: Framework = {
  start(client, options) {
    const app = express();
    const router = express.Router();
    router.all('/:id', withGovernance('demo:charts', undefined, { client, ...options }), (request, response) => {
      response.json({ chart: request.params.id, decision: decisionOf(request)?.decisionId });
    });
    app.use('/charts', router);
    return listening(app);
  },
};

/** Express 4 calls middleware with the same arguments, `route.path` and all; so does Node with a chain of three lines. */
export const connectLike: Framework = {
  start(client, options) {
    const middleware = withGovernance('demo:charts', undefined, { client, ...options });
    return listening((request, response) =>
      middleware(request, response, () => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ chart: '7', decision: decisionOf(request)?.decisionId }));
      }),
    );
  },
};

export const fastifyHook = (hook: 'onRequest' | 'preHandler'): Framework => ({
  async start(client, options) {
    const app: FastifyInstance = fastify();
    app.addHook('onSend', async (_request, _reply, payload) => Promise.resolve(payload));
    app.addHook(hook, withGovernance('demo:charts', undefined, { client, ...options }));
    app.all('/charts/:id', (request) => ({
      chart: (request.params as { id: string }).id,
      decision: decisionOf(request)?.decisionId,
    }));
    undo.push(() => app.close());
    return app.listen({ port: 0, host: '127.0.0.1' });
  },
});

@Controller('charts')
class ChartsController {
  @Get(':id')
  chart(@Req() request: { params: { id: string } }): object {
    return { chart: request.params.id, decision: decisionOf(request)?.decisionId };
  }
}

@Module({ controllers: [ChartsController] })
class ChartsModule {}

export const nestGuard: Framework = {
  async start(client, options) {
    const adapter = new FastifyAdapter();
    adapter.getInstance<FastifyInstance>().addHook('onSend', async (_request, _reply, body) => Promise.resolve(body));
    const app = await NestFactory.create<NestFastifyApplication>(ChartsModule, adapter, { logger: false });
    app.useGlobalGuards(new GovernanceGuard('demo:charts', undefined, { client, ...options }));
    await app.listen(0, '127.0.0.1');
    undo.push(() => app.close());
    return app.getUrl();
  },
};
