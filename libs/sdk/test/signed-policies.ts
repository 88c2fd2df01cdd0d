import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type ActionDefinition, checkPolicy } from '@agion/policy-engine';
import { canonicalJson } from '../src/canonical-json.js';
import { inCanonicalForm, type SyncDocument, wholeBundle } from '../src/policies/policy-bundle.js';
import { statedDigest } from '../src/policies/policy-digest.js';
import { type PublicJwk, signedText } from '../src/policies/policy-signature.js';
import { actionsOnTheWire } from '../src/policies/synced-actions.js';

export interface Sketch {
  id: string;
  effect?: string;
  agents?: string[];
  actions?: string[];
  resources?: string[];
  condition?: string;
  version?: number;
  priority?: number;
  [more: string]: unknown;
}

/** A policy of a sync document, as governance publishes it. */
export function aSyncedPolicy(sketch: Sketch): Record<string, unknown> {
  const { id, effect = 'allow', agents = ['*'], actions = ['*'], resources = ['*'], version = 1, ...rest } = sketch;
  const spec = { effect, scope: { agents, actions, resources }, ...rest };
  const document = { apiVersion: 'agion/v1', kind: 'Policy', metadata: { id }, spec };
  const { policy } = checkPolicy(document);
  const defaults = { status: 'active', mode: 'enforce', priority: 500, tier: 'organization' };
  return { ...(policy ?? { ...document, spec: { ...defaults, ...spec } }), version };
}

/** Somebody who signs bundles. */
export class Signer {
  readonly jwk: PublicJwk;
  private readonly key: KeyObject;

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    this.key = privateKey;
    this.jwk = { ...publicKey.export({ format: 'jwk' }), use: 'sig' };
  }

  /** A sync document that is whole and sound. */
  document(
    owner: { organization: string; agentId: string },
    state: { revision: number; epoch?: number; stopped?: boolean; default_effect?: 'allow' | 'deny' },
    sketches: readonly Sketch[],
    actions: readonly ActionDefinition[] = [],
  ): SyncDocument & { policies: unknown[] } {
    const sorted = [...sketches].sort((a, b) => (a.id < b.id ? -1 : 1));
    const policies = sorted.map((sketch) => JSON.parse(canonicalJson(aSyncedPolicy(sketch))) as unknown);
    const told = { actions: actionsOnTheWire(actions), digest_signature: '' };
    const unsigned = { epoch: 0, stopped: false, default_effect: 'deny' as const, ...state, digest: '', ...told };
    const digest = statedDigest(inCanonicalForm(wholeBundle({ ...unsigned, policies })).digests);
    const text = signedText(owner, wholeBundle({ ...unsigned, digest, policies }));
    const signature = sign(null, Buffer.from(text), this.key).toString('base64url');
    return { ...unsigned, digest, digest_signature: signature, policies };
  }
}
