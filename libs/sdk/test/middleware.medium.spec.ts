import { afterEach, describe, expect, it } from '@jest/globals';
import { ForbiddenException } from '@nestjs/common';
import type { GovernedRequest } from '../src/governance/governed-request.js';
import { withGovernance } from '../src/governance/with-governance.js';
import { InvalidInputError } from '../src/input/input.errors.js';
import {
  connectLike,
  decided,
  expressMiddleware,
  expressRoute,
  fastifyHook,
  type Framework,
  nestGuard,
  Oracle,
  stopServers,
} from './governed-servers.js';

afterEach(stopServers);

interface Told {
  status: number;
  type: string | null;
  body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- answers of all shapes
}

async function ask(url: string, method = 'GET'): Promise<Told> {
  const response = await fetch(url, { method, signal: AbortSignal.timeout(5_000) });
  const text = await response.text();
  return { status: response.status, type: response.headers.get('content-type'), body: text && JSON.parse(text) };
}

describe.each<[string, Framework, string]>([
  ['middleware of an Express application', expressMiddleware, 'get:/charts/7'],
  ['middleware of a route of Express', expressRoute, 'get:/charts/:id'],
  ['middleware of a server of Node', connectLike, 'get:/charts/7'],
  ['an onRequest hook of Fastify', fastifyHook('onRequest'), 'get:/charts/:id'],
  ['a preHandler hook of Fastify', fastifyHook('preHandler'), 'get:/charts/:id'],
  ['a guard of Nest', nestGuard, 'get:/charts/:id'],
])('%s', (_, framework, action) => {
  it('lets pass what is allowed, and hands the decision on', async () => {
    const oracle = new Oracle();
    const url = await framework.start(oracle);
    expect(await ask(`${url}/charts/7?colour=red`)).toMatchObject({
      status: 200,
      body: { chart: '7', decision: '0198c0de-0000-7000-8000-000000000001' },
    });
    expect(oracle.asked).toEqual([{ agentId: 'demo:charts', action, context: { method: 'GET', path: '/charts/7' } }]);
  });

  it('keeps obligations: it logs, and refuses what it cannot redact', async () => {
    const oracle = new Oracle();
    const lines: unknown[] = [];
    const keep = (fields: object): number => lines.push(fields);
    const url = await framework.start(oracle, { logger: { info: keep, warn: keep, error: keep } });
    oracle.answer = () =>
      decided('allow', {
        obligations: [
          { type: 'log', message: 'seen' },
          { type: 'redact', path: 'context.path' },
        ],
      });
    expect((await ask(`${url}/charts/7`)).status).toBe(200);
    expect(lines).toMatchObject([{ agent: 'demo:charts', action, decision: 'allow', obligation: 'seen' }]);
    oracle.answer = () => decided('allow', { obligations: [{ type: 'redact', path: 'arguments.id' }] });
    expect(await ask(`${url}/charts/7`)).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('its obligations cannot be kept'), decision: 'deny' },
    });
  });

  it('answers 403 with the decision and its reason when it is denied, or waits for an approval', async () => {
    const oracle = new Oracle();
    const url = await framework.start(oracle);
    for (const decision of ['deny', 'require_approval'] as const) {
      oracle.answer = () => ({ ...decided('deny'), decision });
      expect(await ask(`${url}/charts/7`)).toEqual({
        status: 403,
        type: expect.stringContaining('application/problem+json'),
        body: {
          type: 'about:blank',
          title: 'Forbidden',
          status: 403,
          detail: 'no more than 10 charts',
          decision_id: '0198c0de-0000-7000-8000-000000000001',
          decision,
          policy_revision: 7,
        },
      });
    }
  });

  it('answers 503 and lets nothing pass when nobody could decide, and keeps the why to the log', async () => {
    const oracle = new Oracle();
    const logged: unknown[] = [];
    const keep = (fields: object): void => void logged.push(fields);
    const url = await framework.start(oracle, { logger: { info: keep, warn: keep, error: keep } });
    const answers = [
      () => decided('deny', { unavailable: true, reason: 'redis at secret:6379 is closed' }),
      () => {
        throw new Error('redis at secret:6379 is closed');
      },
    ];
    for (const answer of answers) {
      oracle.answer = answer;
      const { status, type, body } = await ask(`${url}/charts/7`);
      expect([status, type]).toEqual([503, expect.stringContaining('application/problem+json')]);
      expect(JSON.stringify(body)).not.toContain('secret');
    }
    expect(JSON.stringify(logged)).toContain('redis at secret:6379 is closed');
  });

  it('answers 403 when the request cannot even be asked about', async () => {
    const oracle = new Oracle();
    oracle.answer = () => {
      throw new InvalidInputError([{ field: 'action', detail: 'must be shorter' }]);
    };
    const url = await framework.start(oracle);
    expect(await ask(`${url}/charts/7`)).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('`action`') },
    });
  });

  it('asks with the context, the resource and the patience it is given, and passes nothing when the context fails', async () => {
    const oracle = new Oracle();
    const options = {
      context: ({ url: given }: GovernedRequest) => ({
        colour: new URL(given ?? '', 'http://x').searchParams.get('colour'),
      }),
      resource: 'sales_db',
      timeoutMs: 250,
    };
    const url = await framework.start(oracle, options);
    await ask(`${url}/charts/7?colour=red`);
    expect(oracle.asked[0]).toMatchObject({
      context: { path: '/charts/7', colour: 'red' },
      resource: 'sales_db',
      timeoutMs: 250,
    });
    const broken = await framework.start(oracle, {
      context: () => {
        throw new Error('broken');
      },
    });
    expect((await ask(`${broken}/charts/7`)).status).toBe(503);
  });
});

describe('a guard of Nest', () => {
  it('leaves the answer to the filters of the application when it is told what to throw', async () => {
    const oracle = new Oracle();
    oracle.answer = () => decided('deny');
    const refusal = (): Error => new ForbiddenException({ because: 'of the guard' });
    const url = await nestGuard.start(oracle, { refusal });
    expect(await ask(`${url}/charts/7`)).toMatchObject({ status: 403, body: { because: 'of the guard' } });
  });
});

describe('governance of requests', () => {
  it('is refused at its making for a name that cannot be completed', () => {
    expect(() => withGovernance('chart_generator')).toThrow(
      'the agent `chart_generator` has no container: name it `container:chart_generator`, or set `AGION_AGENT_CONTAINER_ID`',
    );
  });
});
