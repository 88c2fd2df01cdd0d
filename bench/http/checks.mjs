import assert from 'node:assert/strict';
import { call } from './public-api.mjs';

const WRONG_TOKEN = `agion_agt_${'a'.repeat(16)}_${'a'.repeat(43)}_00000000`;

/** Asks both servers as the callers will, and the gateway as strangers do. @throws AssertionError for any wrong answer */
export async function checkAnswers({ bare, platform, path, agentToken, userToken, body, etag }) {
  const get = (origin, token, headers) => call(origin, 'GET', path, { token, headers });
  const cases = [
    ['bare Fastify', bare.origin, undefined],
    ['an agent token', platform.origin, agentToken],
    ['a user JWT', platform.origin, userToken],
  ];
  for (const [who, origin, token] of cases) {
    const found = await get(origin, token);
    assert.equal(found.status, 200, `${who}: ${found.body}`);
    assert.equal(found.body, body, `${who}: the body`);
    assert.equal(found.headers.get('etag'), etag, `${who}: the ETag`);
    assert.match(found.headers.get('content-type') ?? '', /^application\/json/, `${who}: the content type`);
    const unchanged = await get(origin, token, { 'if-none-match': etag });
    assert.equal(unchanged.status, 304, `${who}: the same ETag again`);
    assert.equal(unchanged.body, '', `${who}: the body of a 304`);
    const changed = await get(origin, token, { 'if-none-match': '"another"' });
    assert.equal(changed.status, 200, `${who}: another ETag`);
  }
  const strangers = {
    'no token': undefined,
    'a made-up token': WRONG_TOKEN,
    'a broken JWT': `${userToken.slice(0, -4)}AAAA`,
  };
  for (const [who, token] of Object.entries(strangers)) {
    assert.equal((await get(platform.origin, token)).status, 401, `${who} must be refused`);
    assert.equal((await get(platform.origin, token, { 'if-none-match': etag })).status, 401, `${who} must be refused`);
  }
}
