import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Answer, type Platform, startPlatform } from '../platform.js';

/** Journey 03, its first step as people do it: docs/journeys/03-policy-update.md */
const MAIL_CAP = `
apiVersion: agion/v1
kind: Policy
metadata: {id: mail_cap}
spec:
  scope: {agents: ['langgraph-v2:*'], actions: [send_email]}
  condition: context.amount > 500
  effect: deny
  tests: [{name: large, input: {context: {amount: 600}}, expect: deny}]
`;

let platform: Platform;
let admin: string;

beforeAll(async () => {
  platform = await startPlatform();
  admin = await platform.person('admin');
}, 60_000);
afterAll(() => platform?.stop());

const send = (path: string, body: string): Promise<Answer> =>
  platform.call('POST', `/api/v1${path}`, { token: admin, body, headers: { 'content-type': 'application/yaml' } });

describe('a policy in YAML, through the public door', () => {
  test('is checked, tried and then created', async () => {
    expect(await send('/policies/validate', MAIL_CAP)).toMatchObject({ status: 200, body: { valid: true } });
    const tried = await send('/policies/test', `policy:${MAIL_CAP.replaceAll('\n', '\n  ')}`);
    expect(tried.body).toMatchObject({ passed: true, results: [{ name: 'large', decision: 'deny' }] });
    expect(await send('/policies', MAIL_CAP)).toMatchObject({ status: 201, body: { metadata: { id: 'mail_cap' } } });
  });

  test('has its faults told by pointers into it, and those of YAML by line and column', async () => {
    expect(await send('/policies/validate', MAIL_CAP.replace('effect: deny', 'effect: forbid'))).toMatchObject({
      status: 422,
      body: { errors: expect.arrayContaining([expect.objectContaining({ pointer: '/spec/effect' })]) },
    });
    expect(await send('/policies', `${MAIL_CAP}  more: !mine 1`)).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/unresolved tag: !mine \(line 10, column 9\)/) },
    });
  });

  test('is all that is taken so: other bodies are JSON', async () => {
    expect(await send('/feedback', 'rating: 5')).toMatchObject({
      status: 415,
      body: { type: '/problems/unsupported-media-type' },
    });
    expect(await send('/ag-ui/run', 'a: 1')).toMatchObject({ status: 404 });
    const run = await fetch(`${platform.url}/ag-ui/run`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/yaml' },
      body: 'a: 1',
    });
    expect(run.status).toBe(415);
  });
});
