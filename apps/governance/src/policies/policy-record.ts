import type { PolicyDocument, PolicyTier } from '@agion/policy-engine';

/** A policy by its current version. `document.spec.status` says what holds now, whatever was written. */
export interface PolicyRecord {
  id: string;
  version: number;
  document: PolicyDocument;
  createdBy: string;
  /** When this version was made. */
  updatedAt: Date;
}

/** One version of a policy, as it was written. */
export interface PolicyVersionRecord {
  version: number;
  current: boolean;
  document: PolicyDocument;
  createdBy: string;
  createdAt: Date;
}

/** Where an organization's policies are. */
export interface PolicyState {
  /** Counts changes. */
  revision: number;
  /** Counts uses of the kill switch. */
  epoch: number;
  stopped: boolean;
  defaultEffect: 'allow' | 'deny';
}

/** Before anybody has changed anything. */
export const UNCHANGED: PolicyState = { revision: 0, epoch: 0, stopped: false, defaultEffect: 'deny' };

export const isSameState = (one: PolicyState, other: PolicyState): boolean =>
  one.revision === other.revision &&
  one.epoch === other.epoch &&
  one.stopped === other.stopped &&
  one.defaultEffect === other.defaultEffect;

/** Revisions back to which it is known what changed, and what held. */
export const KEPT_REVISIONS = 10_000;

/** A draft may be activated and an active policy archived without being written again. */
export const withStatus = (document: PolicyDocument, status: PolicyDocument['spec']['status']): PolicyDocument =>
  document.spec.status === status ? document : { ...document, spec: { ...document.spec, status } };

/** As if it was active and enforced, whatever it says: to try it. */
export const asEnforced = (document: PolicyDocument): PolicyDocument => ({
  ...document,
  spec: { ...document.spec, status: 'active', mode: 'enforce' },
});

export type { PolicyDocument, PolicyTier };
