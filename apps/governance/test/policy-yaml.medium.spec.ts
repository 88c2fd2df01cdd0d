import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, call, person, type RunningGovernance, startGovernance } from './running-governance.js';

let running: RunningGovernance;

beforeAll(async () => {
  running = await startGovernance();
}, 60_000);
afterAll(() => running.stop());

const send = (method: string, path: string, body: string, headers: Record<string, string> = {}): Promise<Answer> =>
  call(running.url(), method, path, {
    as: person('admin'),
    body,
    headers: { 'content-type': 'application/yaml', ...headers },
  });

const MAIL_CAP = `# Who may mail what.
apiVersion: agion/v1
kind: Policy
metadata: {id: mail_cap, name: Cap on e-mail}
spec:
  scope: &scope
    agents: ['langgraph-v2:*']
    actions: [send_email]
  condition: >-
    agent.trust < 0.7
    || context.amount > 500
  effect: deny
  tests:
    - {name: large, input: {agent: {trust: 0.9}, context: {amount: 600}}, expect: deny}
`;

describe('a policy in YAML', () => {
  it('is created, checked and changed as one in JSON is', async () => {
    expect(await send('POST', '/v1/policies/validate', MAIL_CAP)).toMatchObject({ status: 200, body: { valid: true } });
    const created = await send('POST', '/v1/policies', MAIL_CAP);
    expect(created).toMatchObject({
      status: 201,
      body: {
        metadata: { id: 'mail_cap', name: 'Cap on e-mail' },
        spec: { condition: 'agent.trust < 0.7 || context.amount > 500', scope: { agents: ['langgraph-v2:*'] } },
      },
    });
    const changed = await send('PUT', '/v1/policies/mail_cap', MAIL_CAP.replace('500', '400'), {
      'content-type': 'application/yaml; charset=utf-8',
    });
    expect(changed).toMatchObject({ status: 200, body: { version: 2 } });
  });

  it('has its faults told by the same pointers', async () => {
    const faulty = MAIL_CAP.replace('agent.trust', 'agent.thrust').replace(
      'effect: deny',
      'effect: forbid\n  priority: high',
    );
    const said = (await send('POST', '/v1/policies/validate', faulty)).body.errors;
    expect(said.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/spec/condition',
      '/spec/effect',
      '/spec/priority',
    ]);
    expect((await send('POST', '/v1/policies', '- a list')).body.errors).toEqual([
      { pointer: '', detail: 'must be an object' },
    ]);
    expect((await send('POST', '/v1/policies', '# nothing')).status).toBe(422);
  });

  it('is told where it is no YAML, or more than JSON could say', async () => {
    expect(await send('POST', '/v1/policies', `${MAIL_CAP}  effect: allow\n`)).toMatchObject({
      status: 400,
      body: {
        type: '/problems/malformed-request',
        detail: expect.stringMatching(/`effect` twice \(line 15, column 3\)$/),
      },
    });
    for (const [was, is] of [
      ['deny\n', '!!js/function "x"\n'],
      ['send_email', '*scope'],
      ['metadata:', '__proto__: {a: 1}\nmetadata:'],
    ] as const)
      expect(await send('POST', '/v1/policies/validate', MAIL_CAP.replace(was, is))).toMatchObject({ status: 400 });
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'.replaceAll(/./g, (name) => `${name}: &${name} [${`*${String.fromCharCode(name.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`;
    expect(await send('POST', '/v1/policies/validate', bomb)).toMatchObject({ status: 413 });
    expect(await send('POST', '/v1/policies/validate', `a: ${'x'.repeat(70_000)}`)).toMatchObject({ status: 413 });
  });

  it('is created once under an Idempotency-Key', async () => {
    const body = MAIL_CAP.replace('id: mail_cap', 'id: yaml_once');
    const headers = { 'idempotency-key': 'yaml' };
    const [first, second] = [
      await send('POST', '/v1/policies', body, headers),
      await send('POST', '/v1/policies', body, headers),
    ];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
  });

  it('is all that may be YAML: other routes take JSON', async () => {
    expect(await send('POST', '/v1/governance/check', 'agent_id: demo:echo\naction: read')).toMatchObject({
      status: 415,
      body: { type: '/problems/unsupported-media-type', detail: 'this route takes JSON: send `application/json`' },
    });
  });
});
