import type { Obligation } from './obligation.js';

/** What a policy does when it matches. Approvals come with a later version. */
export type PolicyEffect = 'allow' | 'deny';

export const POLICY_EFFECTS = ['allow', 'deny'] as const;
export const POLICY_STATUSES = ['draft', 'active', 'archived'] as const;
/** `shadow`: evaluated and recorded, and never changes what happens. */
export const POLICY_MODES = ['enforce', 'shadow'] as const;
export const POLICY_TIERS = ['platform', 'organization', 'agent'] as const;

export type PolicyStatus = (typeof POLICY_STATUSES)[number];

/** What a `spec` may say. An evaluator that meets something else must leave the policy to one that knows it. */
export const SPEC_MEMBERS = [
  'status',
  'mode',
  'priority',
  'tier',
  'scope',
  'condition',
  'effect',
  'obligations',
  'message',
  'tests',
] as const;

export type PolicyMode = (typeof POLICY_MODES)[number];

/** Who may write and see a policy; takes no part in combining. */
export type PolicyTier = (typeof POLICY_TIERS)[number];

/** Globs, `*` stands for any characters. A name is in scope when one pattern of each list fits. */
export interface PolicyScope {
  agents: string[];
  actions: string[];
  resources: string[];
}

/** A request as an author writes it in a test: what is left out is absent when the condition looks for it. A type, so that it is a record too. */
export type PolicyTestInput = {
  agent?: string | Record<string, unknown>;
  action?: string | { name: string; risk?: string };
  resource?: string | { name: string };
  user?: { id: string; role: string; groups: string[] };
  mission?: { id: string };
  env?: { mode: string };
  arguments?: Record<string, unknown>;
  context?: Record<string, unknown>;
  /** ISO 8601; what `now` is. */
  now?: string;
};

export interface PolicyTest {
  name: string;
  input: PolicyTestInput;
  expect: PolicyEffect;
}

/** A test that may just ask. */
export type PolicyTrial = Omit<PolicyTest, 'expect'> & { expect?: PolicyEffect };

export interface PolicySpec {
  status: PolicyStatus;
  mode: PolicyMode;
  /** 0 to 1000. Orders explanation and which message wins; never lets an allow beat a deny. */
  priority: number;
  tier: PolicyTier;
  scope: PolicyScope;
  /** CEL over the declared attributes; without one the policy matches whatever is in its scope. */
  condition?: string;
  effect: PolicyEffect;
  /** Of all matching policies that are enforced, whether the decision is to allow or to deny. */
  obligations?: Obligation[];
  message?: string;
  tests?: PolicyTest[];
}

/** A checked policy, defaults filled in. */
export interface PolicyDocument {
  apiVersion: 'agion/v1';
  kind: 'Policy';
  metadata: { id: string; name?: string; labels?: Record<string, string> };
  spec: PolicySpec;
}

/** One thing that is wrong with a document. */
export interface PolicyFault {
  /** JSON pointer (RFC 6901) into the document; empty for the document itself. */
  pointer: string;
  detail: string;
  /** In the condition, from 1. */
  line?: number;
  /** In the line, from 1. */
  column?: number;
}

export interface VersionedPolicy {
  document: PolicyDocument;
  version: number;
}
