import { createHash, sign, type KeyObject } from 'node:crypto';
import type { ActionDefinition, VersionedPolicy } from '@agion/policy-engine';
import canonicalize from 'canonicalize';
import type { PolicyState } from './policy-record.js';

/** A policy as an agent gets it: its text is the RFC 8785 form of the document together with its version. */
export interface BundledPolicy {
  id: string;
  version: number;
  text: string;
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
  find(id: string): BundledPolicy | undefined;
}

/** All an agent needs to decide by itself, signed. */
export interface PolicyBundle {
  state: PolicyState;
  set: BundleSet;
  signature: string;
  /** The actions that matter to the agent, as they stand in a document. */
  actions: string;
  actionsSignature: string;
}

const texts = new WeakMap<VersionedPolicy, BundledPolicy>();

/** The wire form of a policy; made once for each. */
export function bundled(policy: VersionedPolicy): BundledPolicy {
  let known = texts.get(policy);
  if (!known) {
    const { document, version } = policy;
    known = { id: document.metadata.id, version, text: canonical({ ...document, version }) };
    texts.set(policy, known);
  }
  return known;
}

/** `sha256:` and, in hex, the hash of the RFC 8785 form of these policies in this order. */
export const hashOf = (policies: readonly BundledPolicy[]): string =>
  `sha256:${createHash('sha256').update(listText({ policies })).digest('hex')}`;

/** What a bundle's signature is made over: RFC 8785 of its state, its hash and whose it is. */
export const signedText = ({ organization, agentId }: BundleOwner, state: PolicyState, hash: string): string =>
  canonical({
    organization,
    agent_id: agentId,
    revision: state.revision,
    epoch: state.epoch,
    stopped: state.stopped,
    default_effect: state.defaultEffect,
    hash,
  });

/** RFC 8785 of what an agent has to know of actions. */
export const actionsText = (actions: readonly ActionDefinition[]): string =>
  canonical(actions.map(({ name, risk, contextSchema }) => ({ name, risk, context_schema: contextSchema })));

/** What the signature of the actions is made over. Its members are in the order of RFC 8785 as they stand. */
export const signedActionsText = (
  { organization, agentId }: BundleOwner,
  { revision }: Pick<PolicyState, 'revision'>,
  actions: string,
): string =>
  `{"actions":${actions},"agent_id":${canonical(agentId)},"organization":${canonical(organization)},"revision":${revision}}`;

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
  const signature = signed(signedText(owner, state, set.hash));
  return { state, set, signature, actions, actionsSignature: signed(signedActionsText(owner, state, actions)) };
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
  // The hash of the policies is in the head, and so is the signature of the actions.
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

function headText({ state, set: { hash }, signature, actionsSignature }: PolicyBundle): string {
  const { revision, epoch, stopped, defaultEffect } = state;
  const signatures = { signature, actions_signature: actionsSignature };
  return JSON.stringify({ revision, epoch, stopped, hash, default_effect: defaultEffect, ...signatures }).slice(0, -1);
}

/** Policies as they stand in a document. */
export const listText = ({ policies }: Pick<BundleSet, 'policies'>): string =>
  `[${policies.map(({ text }) => text).join(',')}]`;

function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('the value has no canonical form');
  return text;
}
