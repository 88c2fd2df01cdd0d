import type { ActionDefinition, PolicyChange, PolicyDocument, VersionedPolicy } from '@agion/policy-engine';
import { canonicalJson } from '../canonical-json.js';
import { actionsIn } from './synced-actions.js';
import { PoliciesRejectedError } from './policies.errors.js';
import { digestsOf, policyDigest, withDigests } from './policy-digest.js';
import type { Position } from './policy-sync.js';

/** A policy of a bundle with its text, RFC 8785 of the document together with its version, and the digest of that. */
export interface BundledPolicy {
  readonly id: string;
  readonly text: string;
  readonly digest: string;
  readonly policy: VersionedPolicy;
}

/** What is signed. */
export interface BundleState extends Position {
  readonly stopped: boolean;
  readonly defaultEffect: 'allow' | 'deny';
  /** Of all policies; see `statedDigest`. */
  readonly digest: string;
  /** What is known of the actions that the policies are about. */
  readonly actions: readonly ActionDefinition[];
  /** Ed25519 over all of this and whose it is, base64url. */
  readonly signature: string;
}

/** Sorted by id, by code unit. */
export interface BundledPolicies {
  readonly policies: readonly BundledPolicy[];
  /** Theirs, one after the other. */
  readonly digests: Buffer;
}

/** All an agent decides by, as the platform has signed it. */
export interface PolicyBundle extends BundleState, BundledPolicies {}

/** What has changed since the revision that was named. */
export interface BundleDelta {
  readonly upserted: readonly BundledPolicy[];
  readonly removed: readonly string[];
}

/** The sync document as it stands on the wire, as far as it is looked at here: whole, or what has changed. */
export interface SyncDocument {
  revision: number;
  epoch: number;
  stopped: boolean;
  default_effect: 'allow' | 'deny';
  digest: string;
  actions: readonly unknown[];
  digest_signature: string;
  policies?: unknown[];
  upserted?: unknown[];
  removed?: string[];
}

/** Reads a sync document that is whole. Its digest is not looked at. @throws PoliciesRejectedError when it has another form */
export function wholeBundle(document: SyncDocument): PolicyBundle {
  if (!Array.isArray(document.policies)) throw new PoliciesRejectedError('the sync document has no `policies`');
  return { ...stateIn(document), ...inAll(document.policies.map((value) => bundled(value)).sort(byId)) };
}

/** What a document with changes makes of a bundle. Its digest is not looked at. @throws PoliciesRejectedError */
export function changedBundle(bundle: PolicyBundle, document: SyncDocument): PolicyBundle {
  if (!Array.isArray(document.upserted) || !Array.isArray(document.removed))
    throw new PoliciesRejectedError('the sync document has neither `policies` nor changes');
  const upserted = document.upserted.map(shared).sort(byId);
  const { policies, digests } =
    upserted.length + document.removed.length === 0 ? bundle : merged(bundle, { upserted, removed: document.removed });
  return { ...stateIn(document), policies, digests };
}

const inAll = (policies: readonly BundledPolicy[]): BundledPolicies => ({ policies, digests: digestsOf(policies) });

/**
 * The same bundle with every text in RFC 8785 form. The platform sends them so, and then their texts are what they were read from; a
 * member whose name is a number would be moved by JavaScript. A policy that is in that form already stays the same object.
 */
export const inCanonicalForm = (bundle: PolicyBundle): PolicyBundle => ({
  ...bundle,
  ...inAll(
    bundle.policies.map((one) => {
      const text = canonicalJson({ ...one.policy.document, version: one.policy.version });
      return text === one.text ? one : withText(one.policy, text);
    }),
  ),
});

const withText = (policy: VersionedPolicy, text: string): BundledPolicy => ({
  id: policy.document.metadata.id,
  text,
  digest: policyDigest(text),
  policy,
});

/** Both lists are in order, and so is what they make. Most changes are of policies that are there already. */
const merged = (bundle: BundledPolicies, { upserted, removed }: BundleDelta): BundledPolicies =>
  (removed.length === 0 && withReplaced(bundle, upserted)) || inAll(woven(bundle.policies, { upserted, removed }));

/** Null when one of them is new. */
function withReplaced(
  { policies, digests }: BundledPolicies,
  others: readonly BundledPolicy[],
): BundledPolicies | null {
  const result = policies.slice();
  const replaced = new Map<number, BundledPolicy>();
  for (const one of others) {
    const place = placeOf(policies, one.id);
    if (policies[place]?.id !== one.id) return null;
    result[place] = one;
    replaced.set(place, one);
  }
  return { policies: result, digests: withDigests(digests, replaced) };
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
  const text = JSON.stringify(value);
  const known = lately.get(text);
  if (known) return known;
  const policy = bundled(value, text);
  const [oldest] = lately.keys();
  if (oldest !== undefined && lately.size >= MOST_LATELY) lately.delete(oldest);
  lately.set(text, policy);
  return policy;
}

function stateIn({
  revision,
  epoch,
  stopped,
  default_effect: defaultEffect,
  digest,
  actions,
  digest_signature: signature,
}: SyncDocument): BundleState {
  const sound =
    isCount(revision) &&
    isCount(epoch) &&
    typeof stopped === 'boolean' &&
    (defaultEffect === 'allow' || defaultEffect === 'deny') &&
    typeof digest === 'string' &&
    Array.isArray(actions) &&
    typeof signature === 'string';
  if (!sound) throw new PoliciesRejectedError('the sync document is not complete');
  return { revision, epoch, stopped, defaultEffect, digest, actions: actionsIn(actions), signature };
}

/** The engine and the search for remote candidates rely on this much; the rest was checked when the policy was published. */
function bundled(given: unknown, text = JSON.stringify(given)): BundledPolicy {
  // A number like 1e400 is written as null: what is hashed is read again, so that nothing else is in force.
  const value: unknown = text.includes('null') ? JSON.parse(text) : given;
  const { version, ...document } = (value ?? {}) as Partial<PolicyDocument> & { version?: unknown };
  const { metadata, spec } = document;
  const sound =
    typeof metadata?.id === 'string' &&
    isCount(version) &&
    typeof spec?.scope === 'object' &&
    [spec.scope.agents, spec.scope.actions, spec.scope.resources].every(isTextList) &&
    (spec.condition === undefined || typeof spec.condition === 'string');
  if (!sound) throw new PoliciesRejectedError('a policy of the sync document has another form');
  return withText({ document: document as PolicyDocument, version }, text);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isTextList = (value: unknown): boolean =>
  Array.isArray(value) && value.every((element) => typeof element === 'string');

const byId = (one: BundledPolicy, other: BundledPolicy): number => (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);
