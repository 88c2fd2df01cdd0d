import { verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import canonicalize from 'canonicalize';
import { eventually } from '@agion/testing';
import { agent, policy } from './policy-calls.js';
import {
  type Answer,
  bundlePublicKey,
  type Call,
  call,
  person,
  type RunningGovernance,
  startGovernance,
  trail,
} from './running-governance.js';

let running: RunningGovernance;
beforeAll(async () => {
  running = await startGovernance();
}, 60_000);
afterAll(() => running.stop());

const MAIL = { type: 'object', properties: { amount: { type: 'number' }, to: { type: 'string' } }, required: ['to'] };
const LETTER = { type: 'object', properties: { pages: { type: 'integer' } } };

const to = (method: string, path: string, options: Call = {}): Promise<Answer> =>
  call(running.url(), method, `/v1${path}`, options);
const describeAction = (name: string, body: object, as = person('admin')): Promise<Answer> =>
  to('PUT', `/actions/${encodeURIComponent(name)}`, { as, body });
const about = (id: string, action: string, condition: string, spec = {}): Record<string, unknown> =>
  policy(id, { scope: { agents: ['*'], actions: [action] }, effect: 'deny', condition, ...spec });
const publish = (body: object): Promise<Answer> => to('POST', '/policies', { as: person('admin'), body });
const revision = async (): Promise<number> =>
  (await to('GET', '/policies?agent_id=demo:echo', { as: agent('demo:echo') })).body.revision;

describe('an action', () => {
  it('is described version by version, each a revision with a fact', async () => {
    expect(await to('GET', '/actions/pay', { as: person('viewer') })).toMatchObject({
      status: 404,
      body: { type: '/problems/action-not-found' },
    });
    const before = await revision();
    const first = await describeAction('pay', { risk: 'low', context_schema: MAIL });
    expect(first).toMatchObject({
      status: 200,
      body: { name: 'pay', risk: 'low', context_schema: MAIL, version: 1, created_by: 'user:ada' },
    });
    expect(await revision()).toBe(before + 1);
    expect((await describeAction('pay', first.body)).body).toEqual(first.body);
    expect(await revision()).toBe(before + 1);
    expect((await describeAction('pay', {})).body).toMatchObject({ risk: 'high', context_schema: null, version: 2 });
    const read = await to('GET', '/actions/pay', { as: person('viewer') });
    expect(read.body.version).toBe(2);
    const stale = await to('PUT', '/actions/pay', {
      as: person('admin'),
      body: { risk: 'medium' },
      headers: { 'if-match': String(first.headers.get('etag')) },
    });
    expect(stale.status).toBe(409);
    await eventually(async () => {
      const { body } = await trail(running, '?subject_kind=action&subject_id=pay');
      expect(body.items.map(({ type, details }) => [type, details])).toEqual([
        ['action.changed', { version: 2, risk: 'high', has_schema: false, revision: before + 2 }],
        ['action.changed', { version: 1, risk: 'low', has_schema: true, revision: before + 1 }],
      ]);
    });
  });

  it('is described by admins, and looked at by people', async () => {
    for (const role of ['operator', 'viewer'] as const)
      expect((await describeAction('pay', {}, person(role))).status).toBe(403);
    expect((await to('GET', '/actions', { as: agent('demo:echo') })).status).toBe(403);
  });

  it('is nothing to another organization, which may describe one of the same name', async () => {
    const acme = person('admin', { id: '0198c0de-0000-7000-8000-00000000acce', slug: 'acme' });
    expect((await to('GET', '/actions/pay', { as: acme })).status).toBe(404);
    expect((await to('GET', '/actions', { as: acme })).body.items).toEqual([]);
    const before = (await to('GET', '/actions/pay')).body;
    expect((await describeAction('pay', { risk: 'medium' }, acme)).body).toMatchObject({ version: 1, risk: 'medium' });
    expect((await to('GET', '/actions/pay')).body).toEqual(before);
  });

  it('is listed by name, page by page', async () => {
    for (const name of ['Zeta', 'list:a', 'list:b']) await describeAction(name, { risk: 'low' });
    const seen: string[] = [];
    let cursor: string | null = '';
    do {
      const { status, body }: Answer = await to('GET', `/actions?limit=2${cursor && `&cursor=${cursor}`}`);
      expect(status).toBe(200);
      seen.push(...body.items.map(({ name }: { name: string }) => name));
      cursor = body.next_cursor;
    } while (cursor);
    expect(seen).toEqual(expect.arrayContaining(['Zeta', 'list:a', 'list:b', 'pay']));
    expect(seen).toEqual([...seen].sort());
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('is refused with a pointer to each fault', async () => {
    const { status, body } = await describeAction('x*', {
      risk: 'huge',
      context_schema: { type: 'object', properties: { a: { type: 'string', pattern: 'x' } } },
      extra: 1,
    });
    expect(status).toBe(422);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/context_schema/properties/a/pattern',
      '/extra',
      '/name',
      '/risk',
    ]);
  });
});

describe('policies about actions with a schema', () => {
  it('name no field there is not, with line and column', async () => {
    await describeAction('send_mail', { risk: 'low', context_schema: MAIL });
    const wrong = await publish(about('typed', 'send_mail', 'context.to == "x" &&\n  context.amnt > 5'));
    expect(wrong).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/spec/condition', line: 2, column: 11 }] },
    });
    expect((await publish(about('typed', 'send_mail', 'context.amount > 5'))).status).toBe(201);
    const next = await to('PUT', '/policies/typed', { body: about('typed', 'send_mail', 'context.amnt > 5') });
    expect(next.status).toBe(422);
    const validated = await to('POST', '/policies/validate', { body: about('v', 'send_mail', 'context.amnt > 5') });
    expect(validated.status).toBe(422);
    const tested = await to('POST', '/policies/test', {
      body: { policy: about('v', 'send_mail', 'context.amnt > 5'), tests: [{ name: 'x', input: {} }] },
    });
    expect(tested.body.errors).toMatchObject([{ pointer: '/policy/spec/condition' }]);
  });

  it('are tried and simulated only when they could be published', async () => {
    const wrong = about('typed', 'send_mail', 'context.to == "x" &&\n  context.amnt > 5');
    const trial = { policy: wrong, tests: [{ name: 'x', input: {} }], against: 'active' };
    const fault = { line: 2, column: 11, detail: expect.stringContaining('no such key: amnt') };
    expect(await to('POST', '/policies/test', { body: trial })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/policy/spec/condition', ...fault }] },
    });
    const window = { from: '2026-01-01T00:00:00Z' };
    const right = about('other', 'send_mail', 'context.amount > 5');
    expect(await to('POST', '/policies/simulate', { body: { window, policies: [right, wrong] } })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/policies/1/spec/condition', ...fault }] },
    });
    expect((await to('POST', '/policies/simulate', { body: { window, policy: right } })).status).toBe(200);
  });

  it('keep a schema from changing under them, and are named then', async () => {
    const { status, body } = await describeAction('send_mail', { context_schema: LETTER });
    expect(status).toBe(409);
    expect(body).toMatchObject({
      detail: 'the schema of `send_mail` does not go with policies in force: `typed`',
      policies: [{ policy: 'typed', faults: [{ pointer: '/spec/condition', line: 1, column: 9 }] }],
    });
    expect((await to('GET', '/actions/send_mail')).body).toMatchObject({ version: 1, context_schema: MAIL });
    expect((await describeAction('send_mail', { risk: 'medium' })).status).toBe(200); // a map of anything again
    expect((await to('DELETE', '/policies/typed')).status).toBe(204);
    expect((await describeAction('send_mail', { context_schema: LETTER })).status).toBe(200);
  });

  it('come back into force only when they go with it', async () => {
    await describeAction('call', {});
    await publish(about('older', 'call', 'context.anything == 1'));
    await to('PUT', '/policies/older', { body: about('older', 'call', 'context.pages > 5') });
    await describeAction('call', { context_schema: LETTER });
    const back = await to('POST', '/policies/older/versions/1/activate');
    expect(back).toMatchObject({ status: 422, body: { errors: [{ pointer: '/spec/condition' }] } });
  });

  it('and schemas that are changed at once never pass each other', async () => {
    for (let round = 0; round < 5; round += 1) {
      const action = `race_${round}`;
      await Promise.all([
        publish(about(`race_${round}`, action, 'context.anything == 1')),
        describeAction(action, { context_schema: LETTER }),
      ]);
      const isKnown = (await to('GET', `/actions/${action}`)).status === 200;
      const isPublished = (await to('GET', `/policies/race_${round}`)).status === 200;
      expect([isKnown, isPublished].filter(Boolean)).toHaveLength(1);
    }
  });
});

describe('what agents are told of actions', () => {
  const signedBy = (agentId: string, body: Answer['body']): boolean => {
    const { revision: at, epoch, stopped, default_effect, digest, actions, digest_signature: signature } = body;
    const said = { organization: 'default', agent_id: agentId, revision: at, epoch, stopped, default_effect };
    return verify(
      null,
      Buffer.from(canonicalize({ ...said, digest, actions }) ?? ''),
      bundlePublicKey(),
      Buffer.from(String(signature), 'base64url'),
    );
  };
  const sync = async (agentId: string, query = ''): Promise<Answer['body']> =>
    (await to('GET', `/policies?agent_id=${agentId}${query}`, { as: agent(agentId) })).body;

  it('is of those their policies are about, signed, whole in each answer', async () => {
    await describeAction('told', { risk: 'low', context_schema: MAIL });
    await describeAction('untold', { risk: 'low' });
    const scope = { agents: ['signed:*'], actions: ['told'] };
    await publish(policy('signed-told', { scope }));
    const whole = await sync('signed:one');
    expect(whole.actions.map(({ name }: { name: string }) => name)).toContain('told');
    expect(whole.actions.map(({ name }: { name: string }) => name)).not.toContain('untold');
    expect(whole.actions).toContainEqual({ name: 'told', risk: 'low', context_schema: MAIL });
    expect(signedBy('signed:one', whole)).toBe(true);
    expect(signedBy('signed:two', whole)).toBe(false);
    expect(signedBy('signed:one', { ...whole, actions: [] })).toBe(false);
    await describeAction('told', { risk: 'medium' });
    const delta = await sync('signed:one', `&since=${whole.revision}`);
    expect(delta).toMatchObject({ since: whole.revision, upserted: [], removed: [] });
    expect(delta.actions).toContainEqual({ name: 'told', risk: 'medium', context_schema: null });
    expect(signedBy('signed:one', delta)).toBe(true);
  });
});
