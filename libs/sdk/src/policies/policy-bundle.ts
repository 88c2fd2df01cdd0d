import type { ActionDefinition, PolicyChange, PolicyDocument, VersionedPolicy } from '@agion/policy-engine';
import { canonicalJson } from '../canonical-json.js';
import { actionsIn } from './synced-actions.js';
import { PoliciesRejectedError } from './policies.errors.js';
import type { Position } from './policy-sync.js';

/** A policy of a bundle with the text that is hashed: RFC 8785 of the document together with its version. */
export interface BundledPolicy {
  readonly id: string;
  readonly text: string;
  readonly policy: VersionedPolicy;
}

/** What is signed besides the policies. */
export interface BundleState extends Position {
  readonly stopped: boolean;
  readonly defaultEffect: 'allow' | 'deny';
  /** `sha256:` and the hash of all policies in their RFC 8785 form, in hex. */
  readonly hash: string;
  /** Ed25519, base64url. */
  readonly signature: string;
  /** What is known of the actions that the policies are about. */
  readonly actions: readonly ActionDefinition[];
  /** Ed25519 over the revision and the actions, base64url. */
  readonly actionsSignature: string;
}

/** All an agent decides by, as the platform has signed it. Its policies are sorted by id, by code unit. */
export interface PolicyBundle extends BundleState {
  readonly policies: readonly BundledPolicy[];
}

/** What has changed since the revision that was named. */
export interface BundleDelta {
  readonly upserted: readonly BundledPolicy[];
  readonly removed: readonly string[];
}

/** The sync document as it stands on the wire (contract, section 2): whole, or what has changed. */
export interface SyncDocument {
  revision: number;
  epoch: number;
  stopped: boolean;
  hash: string;
  default_effect: 'allow' | 'deny';
  signature: string;
  actions: readonly unknown[];
  actions_signature: string;
  policies?: unknown[];
  upserted?: unknown[];
  removed?: string[];
}

/** Reads a sync document that is whole. Its hash is not looked at. @throws PoliciesRejectedError when it has another form */
export function wholeBundle(document: SyncDocument): PolicyBundle {
  if (!Array.isArray(document.policies)) throw new PoliciesRejectedError('the sync document has no `policies`');
  return { ...stateIn(document), policies: document.policies.map(bundled).sort(byId) };
}

/** What a document with changes makes of a bundle. Its hash is not looked at. @throws PoliciesRejectedError */
export function changedBundle(bundle: PolicyBundle, document: SyncDocument): PolicyBundle {
  if (!Array.isArray(document.upserted) || !Array.isArray(document.removed))
    throw new PoliciesRejectedError('the sync document has neither `policies` nor changes');
  const upserted = document.upserted.map(shared).sort(byId);
  const policies =
    upserted.length + document.removed.length === 0
      ? bundle.policies
      : merged(bundle, { upserted, removed: document.removed });
  return { ...stateIn(document), policies };
}

/**
 * The same bundle with every text in RFC 8785 form. The platform sends them so, and then their texts are what they were read from; a
 * member whose name is a number would be moved by JavaScript.
 */
export const inCanonicalForm = (bundle: PolicyBundle): PolicyBundle => ({
  ...bundle,
  policies: bundle.policies.map(({ id, policy }) => ({
    id,
    policy,
    text: canonicalJson({ ...policy.document, version: policy.version }),
  })),
});

/** Both lists are in order, and so is what they make. Most changes are of policies that are there already. */
const merged = ({ policies }: PolicyBundle, { upserted, removed }: BundleDelta): readonly BundledPolicy[] =>
  (removed.length === 0 && withReplaced(policies, upserted)) || woven(policies, { upserted, removed });

/** Null when one of them is new. */
function withReplaced(
  policies: readonly BundledPolicy[],
  others: readonly BundledPolicy[],
): readonly BundledPolicy[] | null {
  const result = policies.slice();
  for (const one of others) {
    const place = placeOf(policies, one.id);
    if (policies[place]?.id !== one.id) return null;
    result[place] = one;
  }
  return result;
}

/** Of the first policy whose id does not come before this one. */
function placeOf(policies: readonly BundledPolicy[], id: string): number {
  let [from, to] = [0, policies.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((policies[middle]?.id ?? '') < id) from = middle + 1;
    else to = middle;
  }
  return from;
}

function woven(policies: readonly BundledPolicy[], { upserted, removed }: BundleDelta): BundledPolicy[] {
  const gone = new Set(removed);
  const result: BundledPolicy[] = [];
  let next = 0;
  for (const policy of policies) {
    for (let one = upserted[next]; one && one.id < policy.id; one = upserted[++next]) result.push(one);
    if (policy.id !== upserted[next]?.id && !gone.has(policy.id)) result.push(policy);
  }
  return [...result, ...upserted.slice(next)];
}

/** What makes one list of another, by identity: what a delta leaves alone is the same object. Both are in order. */
export function differenceOf(before: readonly BundledPolicy[], after: readonly BundledPolicy[]): PolicyChange {
  const gone: VersionedPolicy[] = [];
  const come: VersionedPolicy[] = [];
  let next = 0;
  for (const policy of before) {
    if (after[next] === policy) {
      next += 1; // without a look into it: nearly all are the same
      continue;
    }
    for (let one = after[next]; one && one.id < policy.id; one = after[++next]) come.push(one.policy);
    const same = after[next]?.id === policy.id ? after[next++] : undefined;
    if (same === policy) continue; // after new ones
    gone.push(policy.policy);
    if (same) come.push(same.policy);
  }
  for (const { policy } of after.slice(next)) come.push(policy);
  return { gone, come };
}

/** Policies that changed lately, by their texts: most of the agents of one process get the same ones, and each is compiled once. */
const lately = new Map<string, BundledPolicy>();
const MOST_LATELY = 256;

function shared(value: unknown): BundledPolicy {
  const policy = bundled(value);
  const known = lately.get(policy.text);
  if (known) return known;
  const [oldest] = lately.keys();
  if (oldest !== undefined && lately.size >= MOST_LATELY) lately.delete(oldest);
  lately.set(policy.text, policy);
  return policy;
}

function stateIn({
  revision,
  epoch,
  stopped,
  hash,
  default_effect: defaultEffect,
  signature,
  actions,
  actions_signature: actionsSignature,
}: SyncDocument): BundleState {
  const sound =
    isCount(revision) &&
    isCount(epoch) &&
    typeof stopped === 'boolean' &&
    typeof hash === 'string' &&
    (defaultEffect === 'allow' || defaultEffect === 'deny') &&
    typeof signature === 'string' &&
    Array.isArray(actions) &&
    typeof actionsSignature === 'string';
  if (!sound) throw new PoliciesRejectedError('the sync document is not complete');
  return {
    ...{ revision, epoch, stopped, defaultEffect, hash, signature },
    actions: actionsIn(actions),
    actionsSignature,
  };
}

/** The engine and the search for remote candidates rely on this much; the rest was checked when the policy was published. */
function bundled(value: unknown): BundledPolicy {
  const { version, ...document } = (value ?? {}) as Partial<PolicyDocument> & { version?: unknown };
  const { metadata, spec } = document;
  const sound =
    typeof metadata?.id === 'string' &&
    isCount(version) &&
    typeof spec?.scope === 'object' &&
    [spec.scope.agents, spec.scope.actions, spec.scope.resources].every(isTextList) &&
    (spec.condition === undefined || typeof spec.condition === 'string');
  if (!sound) throw new PoliciesRejectedError('a policy of the sync document has another form');
  return {
    id: metadata.id,
    text: JSON.stringify(value),
    policy: { document: document as PolicyDocument, version },
  };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isTextList = (value: unknown): boolean =>
  Array.isArray(value) && value.every((element) => typeof element === 'string');

const byId = (one: BundledPolicy, other: BundledPolicy): number => (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);
