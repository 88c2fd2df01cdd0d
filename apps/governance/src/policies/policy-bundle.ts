import { createHash, sign, type KeyObject } from 'node:crypto';
import { canMatchAgent, type VersionedPolicy } from '@agion/policy-engine';
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

/** All an agent needs to decide by itself, signed. */
export interface PolicyBundle {
  state: PolicyState;
  /** Sorted by id, by code unit. */
  policies: readonly BundledPolicy[];
  hash: string;
  signature: string;
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

/** The policies that can match an agent, in the order given. */
export const policiesFor = (policies: readonly VersionedPolicy[], agentId: string): BundledPolicy[] =>
  policies.filter(({ document }) => canMatchAgent(document, agentId)).map(bundled);

/** `sha256:` and, in hex, the hash of the RFC 8785 form of these policies in this order. */
export const hashOf = (policies: readonly BundledPolicy[]): string =>
  `sha256:${createHash('sha256')
    .update(`[${policies.map(({ text }) => text).join(',')}]`)
    .digest('hex')}`;

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

/** @param policies those of the organization, sorted by id */
export function bundleOf(
  owner: BundleOwner,
  state: PolicyState,
  policies: readonly VersionedPolicy[],
  key: KeyObject,
): PolicyBundle {
  const own = policiesFor(policies, owner.agentId);
  const hash = hashOf(own);
  const signature = sign(null, Buffer.from(signedText(owner, state, hash)), key).toString('base64url');
  return { state, policies: own, hash, signature };
}

/** The sync document. Its `policies` are in RFC 8785 form as they stand, so that what is hashed can be seen in it. */
export const wholeText = (bundle: PolicyBundle): string => documentText(bundle, `"policies":${list(bundle.policies)}`);

/** What has changed since a revision, with the hash and signature of the result. */
export const deltaText = (bundle: PolicyBundle, since: number, { upserted, removed }: BundleDelta): string =>
  documentText(bundle, `"since":${since},"upserted":${list(upserted)},"removed":${JSON.stringify(removed)}`);

export interface BundleDelta {
  upserted: BundledPolicy[];
  removed: string[];
}

/**
 * From what an agent had to what it has.
 * @param changed ids of policies that were changed in between, with the version in force before for this agent, null where there was none
 */
export function deltaOf(
  changed: ReadonlyMap<string, number | null>,
  { policies }: Pick<PolicyBundle, 'policies'>,
): BundleDelta {
  const present = new Set(policies.map(({ id }) => id));
  return {
    upserted: policies.filter(({ id, version }) => changed.has(id) && changed.get(id) !== version),
    removed: [...changed]
      .filter(([id, before]) => before !== null && !present.has(id))
      .map(([id]) => id)
      .sort(),
  };
}

function documentText({ state, hash, signature }: PolicyBundle, rest: string): string {
  const { revision, epoch, stopped, defaultEffect } = state;
  const head = JSON.stringify({ revision, epoch, stopped, hash, default_effect: defaultEffect, signature });
  return `${head.slice(0, -1)},${rest}}`;
}

const list = (policies: readonly BundledPolicy[]): string => `[${policies.map(({ text }) => text).join(',')}]`;

function canonical(value: object): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('the value has no canonical form');
  return text;
}
