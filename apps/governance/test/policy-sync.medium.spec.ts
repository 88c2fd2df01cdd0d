import { createHash, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import canonicalize from 'canonicalize';
import { asOwner } from '@agion/testing';
import { agent, container, digestOf, forAgents, hashOf, policy, type Synced } from './policy-calls.js';
import {
  type Answer,
  bundlePublicKey,
  type Call,
  call,
  person,
  type RunningGovernance,
  startGovernance,
} from './running-governance.js';

let running: RunningGovernance;

beforeAll(async () => {
  running = await startGovernance();
}, 60_000);
afterAll(() => running.stop());

const to = (method: string, path: string, options: Call = {}): Promise<Answer> =>
  call(running.url(), method, `/v1/policies${path}`, options);
const sync = (agentId: string, query = '', options: Call = {}): Promise<Answer> =>
  to('GET', `?agent_id=${agentId}${query}`, { as: agent(agentId), ...options });
const put = async (id: string, spec: Record<string, unknown>): Promise<void> => {
  const changed = await to('PUT', `/${id}`, { body: policy(id, spec) });
  if (changed.status === 404) expect((await to('POST', '', { body: policy(id, spec) })).status).toBe(201);
  else expect(changed.status).toBe(200);
};
const idsOf = (policies: Synced[]): string[] => policies.map(({ metadata }) => metadata.id);

function isSigned(agentId: string, body: Record<string, unknown>, organization = 'default'): boolean {
  const { revision, epoch, stopped, default_effect, hash, signature } = body;
  const signed = { organization, agent_id: agentId, revision, epoch, stopped, default_effect, hash };
  return verify(
    null,
    Buffer.from(canonicalize(signed) ?? ''),
    bundlePublicKey(),
    Buffer.from(String(signature), 'base64url'),
  );
}

describe('the sync document', () => {
  it('holds the active policies that can match the agent, whole, hashed and signed', async () => {
    await put('sync-all', {});
    await put('sync-demo', forAgents('demo:*'));
    await put('sync-one', forAgents('other:one', 'demo:echo'));
    await put('sync-other', forAgents('other:*'));
    await put('sync-draft', { ...forAgents('demo:*'), status: 'draft' });
    await put('sync-gone', forAgents('demo:*'));
    await to('DELETE', '/sync-gone');

    const { status, body } = await sync('demo:echo', '&status=active');
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual([
      'revision',
      'epoch',
      'stopped',
      'hash',
      'default_effect',
      'signature',
      'digest',
      'digest_signature',
      'actions',
      'policies',
    ]);
    expect(body).toMatchObject({ revision: 7, epoch: 0, stopped: false, default_effect: 'deny' });
    expect(idsOf(body.policies)).toEqual(['sync-all', 'sync-demo', 'sync-one']);
    expect(body.policies[0]).toMatchObject({
      apiVersion: 'agion/v1',
      kind: 'Policy',
      version: 1,
      spec: { effect: 'allow' },
    });
    expect([body.hash, body.digest]).toEqual([hashOf(body.policies), digestOf(body.policies)]);
    expect(isSigned('demo:echo', body)).toBe(true);
    expect(isSigned('demo:other', body)).toBe(false);
    expect(isSigned('demo:echo', { ...body, revision: 8 })).toBe(false);
    expect(isSigned('demo:echo', { ...body, default_effect: 'allow' })).toBe(false);
  });

  it('says of text and numbers of every kind what it hashes, before and after they were read from the database', async () => {
    const numbers = '1e21, -0, 0.1, 5e-324, 1.7976931348623157e308, 9007199254740993, 1.0, 1e2, null';
    const names = String.raw`"10": 1, "9": 2, "": 3, "é": 4, "e\u0301": 5, "\ufb33": 6, "😀": 7, "\"\\\u001f": 8`;
    const input = `{"context": {"numbers": [${numbers}], "names": {${names}}}}`;
    const tests = String.raw`[{"name": "\u2028 \u007f \ud83d\ude00", "input": ${input}, "expect": "allow"}]`;
    const text = JSON.stringify(policy('sync-odd', forAgents('odd:*'))).replace(
      '"spec":{',
      `"spec":{"tests":${tests},`,
    );
    expect((await to('POST', '', { body: text })).status).toBe(201);
    const before = await sync('odd:one');
    expect([before.body.hash, before.body.digest]).toEqual([
      hashOf(before.body.policies),
      digestOf(before.body.policies),
    ]);
    await running.stopService();
    await running.startService();
    expect((await sync('odd:one')).text).toBe(before.text);
    await to('DELETE', '/sync-odd');
  });

  it('shows its policies as they are hashed, so that a client without a JSON canonicalizer can check it', async () => {
    const { text, body } = await sync('demo:echo');
    const policies = text.slice(text.indexOf('"policies":') + '"policies":'.length, -1);
    expect(`sha256:${createHash('sha256').update(policies).digest('hex')}`).toBe(body.hash);
  });

  it('comes again as 304 until something of it changes, and with another ETag then', async () => {
    const first = await sync('demo:echo');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[^"]+"$/);
    const again = await sync('demo:echo', '', { headers: { 'if-none-match': etag } });
    expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag]);
    await put('sync-other', forAgents('other:*')); // another agent's, but the revision is part of it
    const changed = await sync('demo:echo', '', { headers: { 'if-none-match': etag } });
    expect(changed.status).toBe(200);
    expect(changed.body.hash).toBe(first.body.hash);
    expect(changed.body.revision).toBe(first.body.revision + 1);
  });

  it('is for the agent itself, its container and people; for nobody else', async () => {
    expect((await sync('demo:echo', '', { as: container('demo') })).status).toBe(200);
    expect((await sync('demo:echo', '', { as: person('viewer') })).status).toBe(200);
    for (const as of [agent('demo:other'), container('other'), person(null)]) {
      const answer = await sync('demo:echo', '', { as });
      expect(answer).toMatchObject({ status: 403, body: { type: '/problems/forbidden' } });
    }
    const theirs = await sync('demo:echo', '', { as: agent('demo:echo', running.acme) });
    expect(theirs.body).toMatchObject({ revision: 0, policies: [] });
    expect(isSigned('demo:echo', theirs.body, 'acme')).toBe(true);
    expect(isSigned('demo:echo', theirs.body)).toBe(false);
  });

  it.each([
    ['status=draft', '/query/status'],
    ['tier=agent', '/query/tier'],
    ['cursor=abc', '/query/cursor'],
    ['since=-1', '/query/since'],
    ['since=soon', '/query/since'],
    ['since=1.5', '/query/since'],
    ['agent_id=other:one', '/query/agent_id'],
    ['unknown=1', '/query/unknown'],
  ])('is not asked for with %s', async (query, pointer) => {
    const answer = await sync('demo:echo', `&${query}`);
    expect(answer).toMatchObject({ status: 422, body: { type: '/problems/validation-failed' } });
    expect(answer.body.errors[0].pointer).toBe(pointer);
  });
});

describe('what has changed since a revision', () => {
  /** What a client does with a delta. */
  const applied = (had: Synced[], { upserted, removed }: { upserted: Synced[]; removed: string[] }): Synced[] => [
    ...had.filter(({ metadata: { id } }) => !removed.includes(id) && !idsOf(upserted).includes(id)),
    ...upserted,
  ];

  it('leads from what the agent had to what it should have, with the hash and signature of the result', async () => {
    for (const id of ['d-stays', 'd-changes', 'd-leaves', 'd-drafted', 'd-back', 'd-archived'])
      await put(id, forAgents('demo:*'));
    await put('d-foreign', forAgents('other:*'));
    await put('d-comes', forAgents('other:*'));
    const { body: before } = await sync('demo:echo');
    await put('d-changes', { ...forAgents('demo:*'), effect: 'deny' });
    await put('d-leaves', forAgents('other:*'));
    await put('d-comes', forAgents('demo:*'));
    await put('d-drafted', { ...forAgents('demo:*'), status: 'draft' });
    await put('d-back', { ...forAgents('demo:*'), effect: 'deny' });
    await to('POST', '/d-back/versions/1/activate');
    await to('DELETE', '/d-archived');
    await put('d-new', forAgents('demo:echo'));
    await put('d-brief', forAgents('demo:echo'));
    await to('DELETE', '/d-brief');
    await put('d-foreign', { ...forAgents('other:*'), effect: 'deny' });
    const { body: after } = await sync('demo:echo');

    const { status, body } = await sync('demo:echo', `&since=${before.revision}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      since: before.revision,
      revision: after.revision,
      hash: after.hash,
      signature: after.signature,
    });
    expect(body.policies).toBeUndefined();
    expect(idsOf(body.upserted)).toEqual(['d-changes', 'd-comes', 'd-new']);
    expect(body.removed).toEqual(['d-archived', 'd-drafted', 'd-leaves']);
    expect(hashOf(applied(before.policies, body))).toBe(body.hash);
    expect(digestOf(applied(before.policies, body))).toBe(body.digest);
    expect(isSigned('demo:echo', body)).toBe(true);

    for (let since = 0; since <= after.revision; since++) {
      const delta = await sync('demo:echo', `&since=${since}`);
      expect(delta.body.hash).toBe(after.hash);
      if (since === 0) expect(hashOf(delta.body.upserted)).toBe(after.hash);
    }
    const nothing = await sync('demo:echo', `&since=${after.revision}`);
    expect(nothing.body).toMatchObject({ upserted: [], removed: [], hash: after.hash });
    const headers = { 'if-none-match': nothing.headers.get('etag') ?? '' };
    expect((await sync('demo:echo', `&since=${after.revision}`, { headers })).status).toBe(304);
  });

  it('is gone after 10,000 revisions, and never was for a revision to come: read it whole', async () => {
    const { body } = await sync('demo:echo');
    const future = await sync('demo:echo', `&since=${body.revision + 1}`);
    expect(future).toMatchObject({
      status: 410,
      body: { type: '/problems/revision-gone', since: body.revision + 1, revision: body.revision },
    });
    await asOwner(running.database, (client) =>
      client.query(
        "UPDATE governance.policy_revisions SET revision = 20000 WHERE organization_id = '00000000-0000-7000-8000-000000000001'",
      ),
    );
    expect((await sync('demo:echo', '&since=9999')).status).toBe(410);
    expect((await sync('demo:echo', '&since=10000')).status).toBe(200);
    expect((await sync('demo:echo')).body.revision).toBe(20_000);
  });

  it('keeps of older changes only what tells the state since then', async () => {
    await put('kept', forAgents('demo:*'));
    for (let revision = 20_002; revision <= 20_100; revision++) await put('churn', forAgents('demo:*'));
    const rows = await asOwner(running.database, async (client) => {
      const { rows: found } = await client.query(
        'SELECT policy_id, count(*)::int AS changes FROM governance.policy_changes WHERE revision <= 10100 GROUP BY 1',
      );
      return found as { policy_id: string; changes: number }[];
    });
    expect(rows.length).toBeGreaterThan(10);
    expect(new Set(rows.map(({ changes }) => changes))).toEqual(new Set([1]));
    const { body } = await sync('demo:echo', '&since=10100');
    expect(idsOf(body.upserted)).toEqual(['churn', 'kept']);
    expect(body.removed).toEqual([]);
    expect((await sync('demo:echo')).body.hash).toBe(body.hash);
  }, 60_000);
});
