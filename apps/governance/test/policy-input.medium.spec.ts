import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { policy } from './policy-calls.js';
import { type Answer, type Call, call, person, type RunningGovernance, startGovernance } from './running-governance.js';

let running: RunningGovernance;

beforeAll(async () => {
  running = await startGovernance();
}, 60_000);
afterAll(() => running.stop());

const to = (method: string, path: string, options: Call = {}): Promise<Answer> =>
  call(running.url(), method, `/v1/policies${path}`, options);
const pointersOf = ({ body }: Answer): string[] => body.errors.map(({ pointer }: { pointer: string }) => pointer);

describe('a document with faults', () => {
  const faulty = {
    apiVersion: 'agion/v2',
    kind: 'Policy',
    metadata: { id: 'Not An Id', labels: { a: 1 } },
    spec: {
      effect: 'perhaps',
      scope: { agents: [], actions: 'send_email' },
      priority: 'high',
      condition: 'agent.trust < 0.5 &&\n  agent.wealth > 3 ',
      unknown: true,
    },
  };

  it('is told all of them at once, those in a condition by line and column', async () => {
    const answer = await to('POST', '/validate', { as: person('viewer'), body: faulty });
    expect(answer).toMatchObject({ status: 422, body: { type: '/problems/validation-failed' } });
    expect(pointersOf(answer)).toEqual(
      expect.arrayContaining([
        '/apiVersion',
        '/metadata/id',
        '/spec/condition',
        '/spec/effect',
        '/spec/priority',
        '/spec/unknown',
      ]),
    );
    const inCondition = answer.body.errors.find(({ pointer }: { pointer: string }) => pointer === '/spec/condition');
    expect(inCondition).toMatchObject({ line: 2, column: expect.any(Number), detail: expect.stringMatching(/wealth/) });
  });

  it('is refused in the same words when it is to be kept', async () => {
    const validated = await to('POST', '/validate', { body: faulty });
    const created = await to('POST', '', { body: faulty });
    expect(created.status).toBe(422);
    expect(created.body.errors).toEqual(validated.body.errors);
  });

  it.each([
    ['that is none', [], ''],
    ['that is a text', 'policy', ''],
    ['that is empty', {}, '/spec'],
    ['with a word of the routes as its id', policy('validate'), '/metadata/id'],
    ['archived from the start', policy('x', { status: 'archived' }), '/spec/status'],
    ['that is too long', policy('x', { tests: [{ name: 'x'.repeat(140_000) }] }), ''],
    ['with a trust above 1', policy('x', { condition: 'agent.trust < 70.0' }), '/spec/condition'],
    ['with a condition that is not boolean', policy('x', { condition: 'agent.trust' }), '/spec/condition'],
    ['with a regular expression', policy('x', { condition: 'agent.id.matches("a")' }), '/spec/condition'],
    ['with an approval', policy('x', { effect: 'require_approval' }), '/spec/effect'],
    ['with limits', policy('x', { limits: [{ kind: 'calls' }] }), '/spec/limits'],
  ])('%s is refused at its place', async (_, body, pointer) => {
    const answer = await to('POST', '', { as: person('admin'), body: JSON.stringify(body) });
    expect(answer.status).toBe(422);
    expect(pointersOf(answer)).toContain(pointer);
  });

  it('that fails its own tests is told which, and what it says instead', async () => {
    const spec = {
      effect: 'deny',
      condition: 'context.amount > 500.0',
      tests: [
        { name: 'small', input: { context: { amount: 20 } }, expect: 'allow' },
        { name: 'big', input: { context: { amount: 900 } }, expect: 'allow' },
        { name: 'unknown', input: {}, expect: 'allow' },
      ],
    };
    const answer = await to('POST', '/validate', { body: policy('tested', spec) });
    expect(pointersOf(answer)).toEqual(['/spec/tests/1/expect', '/spec/tests/2/expect']);
    expect(answer.body.errors[0].detail).toMatch(/^the policy by itself says `deny`/);
    const right = { ...spec, tests: spec.tests.map((test, i) => ({ ...test, expect: i === 0 ? 'allow' : 'deny' })) };
    expect((await to('POST', '', { body: policy('tested', right) })).status).toBe(201);
  });

  it('of another id than the URL, or based on a version that is none, is refused as the next version', async () => {
    await to('POST', '', { body: policy('mine') });
    expect(pointersOf(await to('PUT', '/mine', { body: policy('yours') }))).toEqual(['/metadata/id']);
    expect(pointersOf(await to('PUT', '/mine', { body: { ...policy('mine'), version: 'two' } }))).toEqual(['/version']);
    expect((await to('GET', '/mine')).body.version).toBe(1);
  });

  it('may be anything: it is a problem of the caller, never ours', async () => {
    const names = fc.constantFrom(
      'apiVersion',
      'kind',
      'metadata',
      'spec',
      'id',
      'scope',
      'condition',
      'effect',
      'tests',
      'x',
    );
    const values = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('agion/v1', 'Policy', 'deny', '*', 'a', '1 +', 'agent.trust < 0.5'),
        fc.string(),
        fc.double({ noNaN: true }),
        fc.constant(null),
        fc.boolean(),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(names, tie('value'), { maxKeys: 5 }),
      ),
    })).value;
    await fc.assert(
      fc.asyncProperty(values, async (body) => {
        const { status } = await to('POST', '/validate', { body: JSON.stringify(body) });
        expect([200, 400, 422]).toContain(status);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a document without faults', () => {
  it('is valid, and not kept', async () => {
    const answer = await to('POST', '/validate', { as: person('viewer'), body: policy('checked') });
    expect(answer).toMatchObject({ status: 200, body: { valid: true } });
    expect((await to('GET', '/checked')).status).toBe(404);
  });
});

describe('an address nobody could have', () => {
  it.each([
    ['GET', '/%00'],
    ['GET', '/NOT'],
    ['GET', '/validate'],
    ['GET', `/${'a'.repeat(64)}`],
    ['PUT', '/a%0Ab'],
    ['DELETE', '/..%2f..'],
    ['POST', '/mine/versions/0/activate'],
    ['POST', '/mine/versions/99999999999/activate'],
    ['POST', '/mine/versions/one/activate'],
    ['GET', '/mine/versions?cursor=W10'],
    ['GET', '?cursor=nonsense'],
    ['GET', `?cursor=${Buffer.from('["\\u0000"]').toString('base64url')}`],
    ['GET', '?limit=0'],
    ['GET', '?status=gone'],
    ['GET', '?tier=all'],
    ['GET', '?since=3'],
    ['GET', '?agent_id=Not%20An%20Agent'],
  ])('is refused: %s %s', async (method, path) => {
    const answer = await to(method, path, { ...(method === 'PUT' && { body: policy('mine') }) });
    expect([400, 404, 422]).toContain(answer.status);
    expect(answer.body.type).toMatch(/^\/problems\//);
  });
});
