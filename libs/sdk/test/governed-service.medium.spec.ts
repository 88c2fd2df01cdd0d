import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import express from 'express';
import { type AgionSDK, decisionOf, type GovernedRequest, withGovernance } from '../src/index.js';
import { FakePlatform } from '../src/testing/index.js';

/** A service of an agent as its author would test it: the policies decide in memory which of its routes may be called. */
let platform: FakePlatform;
let sdk: AgionSDK;
let url: string;
let stop: () => Promise<void>;

beforeAll(async () => {
  platform = new FakePlatform({
    policies: [
      {
        apiVersion: 'agion/v1',
        kind: 'Policy',
        metadata: { id: 'charts' },
        spec: {
          effect: 'allow',
          scope: { agents: ['demo:charts'], actions: ['get:/charts/*'] },
          condition: 'context.method == "GET" && context.rows <= 100',
        },
      },
    ],
  });
  sdk = await platform.connect({ agentId: 'demo:charts' });
  const app = express();
  const context = ({ url: given = '' }: GovernedRequest): Record<string, unknown> => ({
    rows: Number(new URL(given, 'http://x').searchParams.get('rows')),
  });
  app.use(withGovernance('charts', undefined, { client: sdk, context }));
  app.all('/charts/:id', (request, response) => void response.json({ by: decisionOf(request)?.decidedBy }));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  stop = async () => {
    server.closeAllConnections();
    server.close();
    await platform.close();
  };
});
afterAll(() => stop());

it('lets pass what a policy allows, and says no to the rest by name of the route', async () => {
  const allowed = await fetch(`${url}/charts/7?rows=10`);
  expect([allowed.status, await allowed.json()]).toEqual([200, { by: 'local' }]);
  const tooMuch = await fetch(`${url}/charts/7?rows=1000`);
  expect(tooMuch.status).toBe(403);
  const { decision_id: id } = (await tooMuch.json()) as { decision_id: string };
  await sdk.events.flush();
  expect(platform.decisions.find((one) => one.id === id)).toMatchObject({ fields: { decision: 'deny' } });
  expect((await fetch(`${url}/charts/7`, { method: 'DELETE' })).status).toBe(403);
  expect((await fetch(`${url}/charts/7?rows=10`, { method: 'HEAD' })).status).toBe(403); // by its method, not by its route
});
