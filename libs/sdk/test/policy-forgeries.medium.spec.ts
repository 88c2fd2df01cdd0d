import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import type { SyncDocument } from '../src/policies/policy-bundle.js';
import { KeeperScene } from './keeper-scene.js';
import { ManualClock } from './manual-clock.js';
import { OWNER } from './policy-server.js';
import { Signer } from './signed-policies.js';

const SHAPELESS = { version: 1, metadata: { id: 'x' }, spec: {} };

let scene: KeeperScene;

beforeEach(async () => {
  scene = await KeeperScene.start();
});
afterEach(() => scene.stop());

describe('what the platform has not signed', () => {
  const forgeries: [string, (document: SyncDocument) => unknown][] = [
    ['a policy was changed', (document) => replaced(document, '"allow"', '"deny"')],
    ['a policy was left out', (document) => ({ ...document, policies: [], upserted: document.upserted && [] })],
    ['the kill switch was turned', (document) => ({ ...document, stopped: !document.stopped })],
    ['the default was turned', (document) => ({ ...document, default_effect: 'allow' })],
    ['the revision was raised', (document) => ({ ...document, revision: document.revision + 5 })],
    ['the epoch was raised', (document) => ({ ...document, epoch: document.epoch + 5 })],
    ['the signature is another', (document) => ({ ...document, digest_signature: 'AAAA' })],
    ['the digest is another', (document) => ({ ...document, digest: 'sha256:00' })],
    ['it has no digest', ({ digest: _, ...rest }) => rest],
    ['its digest is not signed', ({ digest_signature: _, ...rest }) => rest],
    ['it says nothing of actions', ({ actions: _, ...rest }) => rest],
    [
      'each policy is there twice',
      (document) => ({ ...document, ...twice('policies', document), ...twice('upserted', document) }),
    ],
    [
      'actions were added',
      (document) => ({ ...document, actions: [{ name: 'x', risk: 'low', context_schema: null }] }),
    ],
    ['it was signed by somebody else', ({ revision }) => new Signer().document(OWNER, { revision }, [{ id: 'evil' }])],
    [
      'it is of another agent',
      ({ revision }) => scene.server.signer.document({ ...OWNER, agentId: 'demo:other' }, { revision }, []),
    ],
    [
      'it is of another organization',
      ({ revision }) => scene.server.signer.document({ ...OWNER, organization: 'acme' }, { revision }, []),
    ],
    ['it is no sync document', () => ({ items: [], next_cursor: null })],
    ['a policy has no scope', (document) => ({ ...document, policies: [SHAPELESS], upserted: [SHAPELESS] })],
    ['it is null', () => null],
  ];

  it.each(forgeries)('is refused at the start: %s', async (_, tamper) => {
    scene.server.tamper = tamper;
    const kept = scene.keeper();
    await kept.start();
    expect(kept.standing).toBe('none');
    expect(scene.seen('policies-rejected').length + scene.seen('error').length).toBe(1);
  });

  it.each(forgeries)('is refused later, and the last set kept: %s', async (_, tamper) => {
    const kept = scene.keeper();
    await kept.start();
    const before = kept.current;
    scene.server.tamper = tamper;
    scene.server.publish({ id: 'mail', actions: ['send_email'] }, { id: 'other' });
    scene.look(kept);
    await eventually(() =>
      expect(scene.events.some(({ type }) => type === 'policies-rejected' || type === 'error')).toBe(true),
    );
    expect(kept.current).toBe(before);
    scene.server.tamper = (document) => document;
    await eventually(() => expect(kept.current.revision).toBe(2));
  });

  it('is refused when it is older, though it was signed once', async () => {
    const kept = scene.keeper();
    scene.server.publish({ id: 'calls' });
    await kept.start();
    const before = kept.current;
    scene.server.tamper = () => scene.server.signer.document(OWNER, { revision: 1 }, []);
    kept.told({ policyRevision: 3, epoch: 0, stopped: false });
    await eventually(() => expect(scene.seen('policies-rejected')).not.toEqual([]));
    expect(kept.current).toBe(before);
  });

  it('is refused when it only says that nothing has changed', async () => {
    const kept = scene.keeper();
    await kept.start();
    const before = kept.current;
    scene.server.tamper = (document) => ({ ...document, stopped: true });
    kept.told({ policyRevision: 2, epoch: 0, stopped: false });
    await eventually(() => expect(scene.seen('policies-rejected')).not.toEqual([]));
    expect(kept.current).toBe(before);
  });

  it('is taken from a new key once that is published', async () => {
    const clock = new ManualClock();
    const kept = scene.keeper({ clock });
    await kept.start();
    clock.pass(10_000);
    scene.server.signer = new Signer();
    scene.server.keys = [...scene.server.keys, scene.server.signer.jwk];
    scene.server.publish({ id: 'calls' });
    scene.look(kept);
    await eventually(() => expect(kept.current.revision).toBe(2));
    expect(scene.server.asked.filter(({ path: asked }) => asked.includes('agion-keys'))).toHaveLength(2);
  });

  it('is refused from a published key when certain keys were given', async () => {
    const kept = scene.keeper({ verifyKeys: [String(new Signer().jwk.x)] });
    await kept.start();
    expect(kept.standing).toBe('none');
    expect(scene.server.asked.filter(({ path: asked }) => asked.includes('agion-keys'))).toEqual([]);
    const other = scene.keeper({ verifyKeys: [String(scene.server.signer.jwk.x)] });
    await other.start();
    expect(other.standing).toBe('fresh');
  });
});

/** The same document with another text in it. */
function replaced(document: SyncDocument, text: string, by: string): SyncDocument {
  const { policies, upserted, ...rest } = document;
  const changed = (list: unknown[] | undefined): unknown[] | undefined =>
    list && (JSON.parse(JSON.stringify(list).replace(text, by)) as unknown[]);
  return {
    ...rest,
    ...(policies && { policies: changed(policies) }),
    ...(upserted && { upserted: changed(upserted) }),
  };
}

const twice = (name: 'policies' | 'upserted', { [name]: list }: SyncDocument): object =>
  list ? { [name]: [...list, ...list] } : {};
