import { once } from 'node:events';
import { Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Platform, startPlatform } from '../platform.js';
import { GuardedPrompts } from './guarded-prompts.js';
import { variantsOf } from './path-variants.js';
import { type Operation, OPERATIONS } from '../public-api.js';
import { openRisk } from './risk.js';
import { SignedAgent } from './signed-agent.js';

const PROTECTED = OPERATIONS.filter(({ isProtected, name }) => isProtected || name === 'registerAgent');
/** What a request that was not let in is answered with. */
const SHUT = [400, 401, 403, 404, 405, 414];
const OVERRIDES = { 'x-http-method-override': 'GET', 'x-original-url': '/health', 'x-rewrite-url': '/health' };

let platform: Platform;
let prompts: GuardedPrompts;
let viewer: string;
let admin: string;
let agent: string;
const connections = new Agent({ keepAlive: true, maxSockets: 8 });

beforeAll(async () => {
  platform = await startPlatform({
    mode: 'production',
    env: { GATEWAY_RATE_LIMIT: '10000000', GATEWAY_FAILURE_LIMIT: '10000000' },
  });
  prompts = new GuardedPrompts(platform);
  [viewer, admin] = await Promise.all([platform.person('viewer'), platform.person('admin')]);
  agent = (await SignedAgent.register(platform, 'nothing-here:agent')).token;
}, 120_000);

/** One request, its target sent as it is written. */
async function send(
  { method, fields }: Pick<Operation, 'method' | 'fields'>,
  target: string,
  token?: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(platform.url);
  const body = fields ? '{}' : '';
  const request = httpRequest({
    ...{ hostname, port, method, path: target, agent: connections },
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== '' && { 'content-type': 'application/json', 'content-length': '2' }),
      ...headers,
    },
  });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk as string;
  return { status: response.statusCode ?? 0, text };
}

const isLetIn = ({ status, text }: { status: number; text: string }): boolean =>
  status < 500 && status !== 401 && status !== 403 && !text.includes('no route has this path');

/** Every operation as it is published lets in those it is for; and one that changes something does. */
const risk = openRisk('identity', 'path variants of every protected route', async () => {
  await prompts.worksWith(admin);
  for (const operation of PROTECTED) {
    const answers = [await send(operation, operation.target, admin)];
    if (!answers.some(isLetIn)) answers.push(await send(operation, operation.target, agent));
    expect([operation.name, answers.some(isLetIn)]).toEqual([operation.name, true]);
  }
});
afterAll(async () => {
  connections.destroy();
  await platform?.stop();
});

test('are those of the whole document', () => {
  expect(PROTECTED.length).toBeGreaterThan(60);
});

test.each(PROTECTED)('$method $target is as closed in every other spelling', async (operation) => {
  const variants = variantsOf(operation.target);
  const canonical = await send(operation, operation.target, viewer);
  // Whom the route is not for must not get in by another spelling either; whom it is for gains nothing by one.
  const callers = canonical.status === 403 ? [undefined, viewer] : [undefined];
  await risk.attempt(
    async () => {
      const open: string[] = [];
      for (const token of callers)
        for (const target of [operation.target, ...variants])
          for (const headers of target === operation.target ? [{}, OVERRIDES] : [{}]) {
            const { status } = await send(operation, target, token, headers);
            if (!SHUT.includes(status)) open.push(`${status} ${operation.method} ${target}`);
          }
      expect(open).toEqual([]);
    },
    callers.length * (variants.length + 2),
  );
});

test.each(['HEAD', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND'])('%s opens no route', async (method) => {
  const targets = [...new Set(PROTECTED.map(({ target }) => target))];
  await risk.attempt(async () => {
    const open: string[] = [];
    for (const target of targets) {
      const { status } = await send({ method, fields: null }, target);
      if (!SHUT.includes(status)) open.push(`${status} ${method} ${target}`);
    }
    expect(open).toEqual([]);
  }, targets.length);
});
