import { requestBytes } from './exchange.mjs';

/**
 * What is measured. Each row of ours names the row it is held against, which gives the same answer; `least` is the share of that one's
 * requests per CPU second it must reach.
 */
export function rowsOf({ bare, platform, path, agentToken, userToken, body, etag, least }) {
  const found = { status: 200, etag, body };
  const unchanged = { status: 304, etag, body: '' };
  const row = (name, target, token, expected, bound) => {
    const port = Number(new URL(target.origin).port);
    const ifNoneMatch = expected.status === 304 ? etag : undefined;
    const request = requestBytes({ path, port, token, ifNoneMatch }).toString('base64');
    return { name, servers: target.servers, log: target.log, load: { port, request, expected }, ...bound };
  };
  const against = (name) => ({ against: name, least });
  return [
    row('bare Fastify', bare, undefined, found, {}),
    row('gateway, agent token', platform, agentToken, found, against('bare Fastify')),
    row('gateway, user JWT', platform, userToken, found, against('bare Fastify')),
    row('bare Fastify, 304', bare, undefined, unchanged, {}),
    row('gateway, agent token, 304', platform, agentToken, unchanged, against('bare Fastify, 304')),
  ];
}
