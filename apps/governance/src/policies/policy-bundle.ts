import { createHash, sign, type KeyObject } from 'node:crypto';
import type { ActionDefinition, VersionedPolicy } from '@agion/policy-engine';
import canonicalize from 'canonicalize';
import type { PolicyState } from './policy-record.js';

/** A policy as an agent gets it: its text is the RFC 8785 form of the document together with its version, its digest SHA-256 of that. */
export interface BundledPolicy {
  id: string;
  version: number;
  text: string;
  digest: Buffer;
}

/** Whose policies. `organization` is its slug. */
export interface BundleOwner {
  organization: string;
  agentId: string;
}

/** The policies of an agent, and of all others in the same scopes. */
export interface BundleSet {
  /** Sorted by id, by code unit. */
  readonly policies: readonly BundledPolicy[];
  readonly hash: string;
  readonly digest: string;
  find(id: string): BundledPolicy | undefined;
}

/** All an agent needs to decide by itself, signed. */
export interface PolicyBundle {
  state: PolicyState;
  set: BundleSet;
  /** For those who hash all of it: over state and hash. */
  signature: string;
  /** The actions that matter to the agent, as they stand in a document. */
  actions: string;
  /** For those who keep it and follow its changes: over state, digest and actions (docs/adr/0031). */
  digestSignature: string;
}

const texts = new WeakMap<VersionedPolicy, BundledPolicy>();

/** The wire form of a policy; made once for each. */
export function bundled(policy: VersionedPolicy): BundledPolicy {
  let known = texts.get(policy);
  if (!known) {
    const { document, version } = policy;
    const text = canonical({ ...document, version });
    known = { id: document.metadata.id, version, text, digest: createHash('sha256').update(text).digest() };
    texts.set(policy, known);
  }
  return known;
}

/** `sha256:` and, in hex, the hash of the RFC 8785 form of these policies in this order. */
export const hashOf = (policies: readonly BundledPolicy[]): string =>
  `sha256:${createHash('sha256').update(listText({ policies })).digest('hex')}`;

/** `sha256:` and, in hex, the hash of the digests of these policies in this order: to make it again after a change takes 32 bytes for each. */
export const digestOf = (policies: readonly BundledPolicy[]): string =>
  `sha256:${createHash('sha256')
    .update(Buffer.concat(policies.map(({ digest }) => digest)))
    .digest('hex')}`;

/** What a bundle's signature is made over: RFC 8785 of its state, its hash and whose it is. */
export const signedText = (owner: BundleOwner, state: PolicyState, hash: string): string =>
  canonical({ ...statement(owner, state), hash });

/** What the signature of its digest is made over: the same of its digest, and of actions. */
export const signedDigestText = (owner: BundleOwner, state: PolicyState, digest: string, actions: string): string =>
  // Actions come first among its members, and are in RFC 8785 form as they stand.
  `{"actions":${actions},${canonical({ ...statement(owner, state), digest }).slice(1)}`;

const statement = ({ organization, agentId }: BundleOwner, state: PolicyState): object => ({
  organization,
  agent_id: agentId,
  revision: state.revision,
  epoch: state.epoch,
  stopped: state.stopped,
  default_effect: state.defaultEffect,
});

/** RFC 8785 of what an agent has to know of actions. */
export const actionsText = (actions: readonly ActionDefinition[]): string =>
  canonical(actions.map(({ name, risk, contextSchema }) => ({ name, risk, context_schema: contextSchema })));

/**
 * Signs a set for one agent.
 * @param actions of `actionsText`
 */
export function bundleOf(
  owner: BundleOwner,
  state: PolicyState,
  set: BundleSet,
  key: KeyObject,
  actions = '[]',
): PolicyBundle {
  const signed = (text: string): string => sign(null, Buffer.from(text), key).toString('base64url');
  return {
    ...{ state, set, actions },
    signature: signed(signedText(owner, state, set.hash)),
    digestSignature: signed(signedDigestText(owner, state, set.digest, actions)),
  };
}

/** A body, and what tells it from every other one. */
export interface DocumentText {
  text: string;
  identity: string;
}

/**
 * The sync document. Its `policies` are in RFC 8785 form as they stand, so that what is hashed can be seen in it.
 * @param list of `listText`, where it is at hand
 */
export function wholeText(bundle: PolicyBundle, list = listText(bundle.set)): DocumentText {
  const head = headText(bundle);
  // The hash of the policies is in the head, and so is a signature over the actions.
  return { text: `${head},"actions":${bundle.actions},"policies":${list}}`, identity: `whole ${head}` };
}

/** What has changed since a revision, with the hash and signature of the result. */
export function deltaText(bundle: PolicyBundle, since: number, { upserted, removed }: BundleDelta): DocumentText {
  const rest = `"since":${since},"upserted":${listText({ policies: upserted })},"removed":${JSON.stringify(removed)}`;
  const text = `${headText(bundle)},"actions":${bundle.actions},${rest}}`;
  return { text, identity: text };
}

export interface BundleDelta {
  upserted: BundledPolicy[];
  removed: string[];
}

/**
 * From what an agent had to what it has.
 * @param changed ids of policies that were changed in between, with the version in force before for this agent, null where there was none
 */
export function deltaOf(changed: ReadonlyMap<string, number | null>, set: BundleSet): BundleDelta {
  const upserted: BundledPolicy[] = [];
  const removed: string[] = [];
  for (const [id, before] of changed) {
    const now = set.find(id);
    if (now && now.version !== before) upserted.push(now);
    if (!now && before !== null) removed.push(id);
  }
  return { upserted: upserted.sort((one, other) => (one.id < other.id ? -1 : 1)), removed: removed.sort() };
}

function headText({ state, set: { hash, digest }, signature, digestSignature }: PolicyBundle): string {
  const { revision, epoch, stopped, defaultEffect } = state;
  const head = { revision, epoch, stopped, hash, default_effect: defaultEffect, signature };
  return JSON.stringify({ ...head, digest, digest_signature: digestSignature }).slice(0, -1);
}

/** Policies as they stand in a document. */
export const listText = ({ policies }: Pick<BundleSet, 'policies'>): string =>
  `[${policies.map(({ text }) => text).join(',')}]`;

function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('the value has no canonical form');
  return text;
}
