import type { ActionDefinition } from './action-schema.js';
import { compileCondition, type Condition } from './condition.js';
import type { MatchedPolicy, PolicyReference } from './decision.js';
import { matchesAny } from './glob.js';
import { PolicyIndex } from './policy-index.js';
import { TermTable } from './term.js';
import { isKnownObligation, type Obligation } from './obligation.js';
import {
  POLICY_EFFECTS,
  POLICY_MODES,
  type PolicyDocument,
  type PolicyEffect,
  type PolicyScope,
  type VersionedPolicy,
} from './policy.js';

/** A policy ready to be evaluated. */
export interface CompiledPolicy {
  readonly id: string;
  readonly effect: PolicyEffect;
  readonly scope: PolicyScope;
  /** null when the policy matches whatever is in its scope. */
  readonly condition: Condition | null;
  /** Why its condition cannot be evaluated; it then has that error for every request. */
  readonly fault: string | null;
  /** Whether it is evaluated without changing what happens. */
  readonly isShadow: boolean;
  readonly obligations: readonly Obligation[];
  /** Whether it has obligations: then it denies when it cannot be evaluated. */
  readonly isBound: boolean;
  /** Why it cannot be kept when it matches: an obligation this release does not know. */
  readonly unknown: string | null;
  /** Whether it speaks about everything, so that it needs no resource to be named. */
  readonly anyResource: boolean;
  readonly reason: string;
  readonly reference: PolicyReference;
  readonly matched: MatchedPolicy;
}

/** What a set has besides its policies. */
export interface PolicySetOptions {
  readonly revision: number;
  /** Where no policy says anything. */
  readonly defaultEffect: PolicyEffect;
  /** What is known of actions; none unless told. */
  readonly actions?: readonly ActionDefinition[];
}

/** Policies of one revision, compiled and indexed. It never changes: what is published next is another set. */
export class PolicySet {
  readonly revision: number;
  readonly defaultEffect: PolicyEffect;
  /** By name. */
  readonly actions: ReadonlyMap<string, ActionDefinition>;
  /** How many policies can take part. */
  readonly size: number;
  /** @internal Used by `evaluate` and `explain`. */
  readonly index: PolicyIndex;

  /** @internal Made by `compilePolicies` and `amendPolicies`. */
  constructor(index: PolicyIndex, size: number, options: PolicySetOptions) {
    this.revision = options.revision;
    this.defaultEffect = options.defaultEffect;
    this.actions = new Map(options.actions?.map((action) => [action.name, action]));
    this.size = size;
    this.index = index;
    Object.freeze(this);
  }
}

/**
 * Compiles policies that have been checked when they were published; drafts and archived ones take no part. Never throws: a policy that does
 * not compile any more has an error at every request, so a deny fires and an allow does not match.
 */
export function compilePolicies(policies: readonly VersionedPolicy[], options: PolicySetOptions): PolicySet {
  const compiled = compiledActive(policies);
  return new PolicySet(new PolicyIndex(compiled), compiled.length, options);
}

/** What makes one set of policies of another: a policy that has changed is in both lists. */
export interface PolicyChange {
  /** Policies of the set. */
  readonly gone: readonly VersionedPolicy[];
  /** By ids that are not in the set any more without those that are gone. */
  readonly come: readonly VersionedPolicy[];
}

/**
 * The set that `compilePolicies` would make of the policies of a set and a change to them, at the cost of what has changed. The set
 * itself stays as it is.
 */
export function amendPolicies(set: PolicySet, { gone, come }: PolicyChange, options: PolicySetOptions): PolicySet {
  const leaving = gone
    .filter(isActive)
    .map(({ document: { metadata, spec } }) => ({ id: metadata.id, scope: spec.scope }));
  const coming = compiledActive(come);
  return new PolicySet(set.index.amended(leaving, coming), set.size - leaving.length + coming.length, options);
}

/** Whether some policy of a set has an agent and an action in its scope. */
export function isConcerned(set: PolicySet, agentId: string, action: string): boolean {
  const { denies, allows, shadows } = set.index.candidates(agentId, action);
  return denies.length + allows.length + shadows.length > 0;
}

/** Whether a policy can ever be a candidate for an agent, whatever it does. */
export function canMatchAgent(document: PolicyDocument, agentId: string): boolean {
  return matchesAny(document.spec.scope.agents, agentId);
}

/** The highest priority first, then by id, which no two have in common: the same order wherever it is sorted. */
export function byImportance(a: MatchedPolicy, b: MatchedPolicy): number {
  return b.priority - a.priority || (a.policy < b.policy ? -1 : 1);
}

/** By the document, which is never changed: what is in force again in the next revision is not compiled again. */
const compiled = new WeakMap<PolicyDocument, CompiledPolicy>();

const isActive = ({ document }: VersionedPolicy): boolean => document.spec.status === 'active';

type CompiledText = Pick<CompiledPolicy, 'condition' | 'fault'>;

function compiledActive(policies: readonly VersionedPolicy[]): CompiledPolicy[] {
  const terms = new TermTable();
  return policies.filter(isActive).map((policy) => compiledOf(terms, policy));
}

function compiledOf(terms: TermTable, policy: VersionedPolicy): CompiledPolicy {
  const known = compiled.get(policy.document);
  if (known?.matched.version === policy.version) return known;
  const made = compilePolicy(terms, policy);
  compiled.set(policy.document, made);
  return made;
}

function compilePolicy(terms: TermTable, { document, version }: VersionedPolicy): CompiledPolicy {
  const { metadata, spec } = document;
  const { condition, fault } = compiledText(terms, spec.condition);
  const { obligations = NO_OBLIGATIONS } = spec;
  const effect: PolicyEffect = spec.effect === 'allow' ? 'allow' : 'deny';
  const matched: MatchedPolicy = { policy: metadata.id, version, effect, priority: spec.priority };
  return {
    id: metadata.id,
    effect,
    scope: spec.scope,
    condition,
    fault: strangeness(document) ?? fault,
    isShadow: spec.mode === 'shadow',
    obligations: obligations.map(keptAs),
    isBound: obligations.length > 0,
    unknown: obligations.every(isKnownObligation) ? null : 'it has an obligation that is not known here',
    anyResource: spec.scope.resources.includes('*'),
    reason: spec.message ?? `policy \`${metadata.id}\` ${effect === 'deny' ? 'denies' : 'allows'} it`,
    reference: Object.freeze({ policy: metadata.id, version }),
    matched: Object.freeze(matched),
  };
}

const NO_OBLIGATIONS: readonly Obligation[] = Object.freeze([]);

/** Whoever asks gets the obligations themselves: what it does to them must not reach the next decision. */
const keptAs = (obligation: Obligation): Obligation =>
  isKnownObligation(obligation) ? Object.freeze({ ...obligation }) : obligation;

/** What a later release may say and this one cannot evaluate. */
function strangeness({ spec: { effect, mode } }: PolicyDocument): string | null {
  if (!POLICY_EFFECTS.includes(effect)) return 'its effect is not known here';
  return POLICY_MODES.includes(mode) ? null : 'its mode is not known here';
}

const UNCONDITIONAL: CompiledText = Object.freeze({ condition: null, fault: null });

function compiledText(terms: TermTable, text: string | undefined): CompiledText {
  if (text === undefined) return UNCONDITIONAL;
  const { condition, faults } = compileCondition(text, terms);
  return { condition, fault: condition ? null : faults[0].detail };
}
