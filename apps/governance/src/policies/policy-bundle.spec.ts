import { createHash, createPrivateKey, createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { VersionedPolicy } from '@agion/policy-engine';
import { type AgentSet, AgentSets } from './agent-sets.js';
import {
  actionsText,
  bundleOf,
  deltaOf,
  deltaText,
  digestOf,
  hashOf,
  signedDigestText,
  signedText,
  wholeText,
} from './policy-bundle.js';

/** The first key of RFC 8032, 7.1, as PKCS8. */
const KEY = createPrivateKey({
  key: Buffer.from(
    '302e020100300506032b6570042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'hex',
  ),
  format: 'der',
  type: 'pkcs8',
});
const STATE = { revision: 187, epoch: 3, stopped: false, defaultEffect: 'deny' as const };
const OWNER = { organization: 'default', agentId: 'demo:echo' };

const policy = (id: string, version: number, agents = ['*']): VersionedPolicy => ({
  version,
  document: {
    apiVersion: 'agion/v1',
    kind: 'Policy',
    metadata: { id },
    spec: {
      status: 'active',
      mode: 'enforce',
      priority: 500,
      tier: 'agent',
      scope: { agents, actions: ['*'], resources: ['*'] },
      effect: 'deny',
    },
  },
});

const setOf = (...policies: VersionedPolicy[]): AgentSet => new AgentSets(policies).of('demo:echo');

const TEXT =
  '{"apiVersion":"agion/v1","kind":"Policy","metadata":{"id":"a"},"spec":{"effect":"deny","mode":"enforce","priority":500,"scope":{"actions":["*"],"agents":["*"],"resources":["*"]},"status":"active","tier":"agent"},"version":2}';

describe('a bundle', () => {
  it('is hashed over the RFC 8785 form of its policies', () => {
    const { policies } = setOf(policy('a', 2));
    expect(policies).toMatchObject([{ id: 'a', version: 2, text: TEXT }]);
    expect(hashOf(policies)).toBe(`sha256:${createHash('sha256').update(`[${TEXT}]`).digest('hex')}`);
    expect(hashOf([])).toBe('sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945');
  });

  it('is digested over the digests of its policies', () => {
    const { policies } = setOf(policy('b', 1), policy('a', 2));
    const digests = policies.map(({ text }) => createHash('sha256').update(text).digest());
    expect(digestOf(policies)).toBe(`sha256:${createHash('sha256').update(Buffer.concat(digests)).digest('hex')}`);
    expect(digestOf([])).toBe('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(digestOf(policies.slice(1))).not.toBe(digestOf(policies));
    expect(digestOf(policies.toReversed())).not.toBe(digestOf(policies));
  });

  it('is signed over its digest and the actions too', () => {
    const actions = actionsText([{ name: 'mail', risk: 'high', contextSchema: null }]);
    const bundle = bundleOf(OWNER, STATE, setOf(policy('a', 2)), KEY, actions);
    const text = `{"actions":[{"context_schema":null,"name":"mail","risk":"high"}],"agent_id":"demo:echo","default_effect":"deny","digest":"${bundle.set.digest}","epoch":3,"organization":"default","revision":187,"stopped":false}`;
    expect(signedDigestText(OWNER, STATE, bundle.set.digest, actions)).toBe(text);
    const signature = Buffer.from(bundle.digestSignature, 'base64url');
    expect(verify(null, Buffer.from(text), createPublicKey(KEY), signature)).toBe(true);
  });

  it('is signed over its state, its hash and whose it is', () => {
    const bundle = bundleOf(OWNER, STATE, setOf(policy('a', 2)), KEY);
    const text = `{"agent_id":"demo:echo","default_effect":"deny","epoch":3,"hash":"${bundle.set.hash}","organization":"default","revision":187,"stopped":false}`;
    expect(signedText(OWNER, STATE, bundle.set.hash)).toBe(text);
    const isValid = verify(null, Buffer.from(text), createPublicKey(KEY), Buffer.from(bundle.signature, 'base64url'));
    expect(isValid).toBe(true);
    expect(bundleOf({ ...OWNER, organization: 'acme' }, STATE, setOf(policy('a', 2)), KEY).signature).not.toBe(
      bundle.signature,
    );
  });

  it('is the same document each time it is made', () => {
    const made = [1, 2].map(() =>
      wholeText(bundleOf(OWNER, STATE, setOf(policy('a', 2), policy('b', 1, ['other:*'])), KEY)),
    );
    expect(made[0]).toEqual(made[1]);
    expect(JSON.parse(made[0]?.text ?? '')).toMatchObject({
      revision: 187,
      stopped: false,
      policies: [JSON.parse(TEXT)],
    });
  });
});

describe('a delta', () => {
  const now = bundleOf(OWNER, STATE, setOf(policy('changed', 3), policy('new', 1), policy('same', 1)), KEY);

  it('holds what is another version than before, and names what is not there any more', () => {
    const changed = new Map([
      ['changed', 2],
      ['gone', 4],
      ['never', null],
      ['new', null],
      ['same', 1],
    ]);
    const delta = deltaOf(changed, now.set);
    expect(delta.upserted.map(({ id }) => id)).toEqual(['changed', 'new']);
    expect(delta.removed).toEqual(['gone']);
    expect(JSON.parse(deltaText(now, 180, delta).text)).toMatchObject({
      since: 180,
      revision: 187,
      ...{ hash: now.set.hash, signature: now.signature },
      ...{ digest: now.set.digest, digest_signature: now.digestSignature },
      upserted: [{ metadata: { id: 'changed' }, version: 3 }, { metadata: { id: 'new' } }],
      removed: ['gone'],
    });
  });

  it('is empty when nothing was changed', () => {
    expect(deltaOf(new Map(), now.set)).toEqual({ upserted: [], removed: [] });
  });
});
