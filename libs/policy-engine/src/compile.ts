import { compileCondition, type Condition } from './condition.js';
import type { MatchedPolicy, PolicyReference } from './decision.js';
import { matchesAny } from './glob.js';
import { PolicyIndex } from './policy-index.js';
import { TermTable } from './term.js';
import type { PolicyDocument, PolicyEffect, PolicyScope, VersionedPolicy } from './policy.js';

/** A policy ready to be evaluated. */
export interface CompiledPolicy {
  readonly id: string;
  readonly effect: PolicyEffect;
  /** Its place among all: by priority, then by id. */
  readonly rank: number;
  readonly scope: PolicyScope;
  /** null when the policy matches whatever is in its scope. */
  readonly condition: Condition | null;
  /** Why its condition cannot be evaluated; it then has that error for every request. */
  readonly fault: string | null;
  /** Whether it speaks about everything, so that it needs no resource to be named. */
  readonly anyResource: boolean;
  readonly reason: string;
  readonly reference: PolicyReference;
  readonly matched: MatchedPolicy;
}

/** Policies of one revision, compiled and indexed. It never changes: what is published next is another set. */
export class PolicySet {
  readonly revision: number;
  readonly defaultEffect: PolicyEffect;
  /** How many policies can take part. */
  readonly size: number;
  /** @internal Used by `evaluate` and `explain`. */
  readonly index: PolicyIndex;

  constructor(policies: readonly CompiledPolicy[], options: { revision: number; defaultEffect: PolicyEffect }) {
    this.revision = options.revision;
    this.defaultEffect = options.defaultEffect;
    this.size = policies.length;
    this.index = new PolicyIndex(policies);
    Object.freeze(this);
  }
}

/**
 * Compiles policies that have been checked when they were published; drafts and archived ones take no part. Never throws: a policy that does
 * not compile any more has an error at every request, so a deny fires and an allow does not match.
 */
export function compilePolicies(
  policies: readonly VersionedPolicy[],
  options: { revision: number; defaultEffect: PolicyEffect },
): PolicySet {
  const terms = new TermTable();
  const active = policies.filter(({ document }) => document.spec.status === 'active');
  const ranked = [...active].sort((a, b) => byImportance(a.document, b.document));
  const compiled = ranked.map((policy, rank) => compilePolicy(terms, policy, rank));
  return new PolicySet(compiled, options);
}

/** Whether a policy can ever be a candidate for an agent, whatever it does. */
export function canMatchAgent(document: PolicyDocument, agentId: string): boolean {
  return matchesAny(document.spec.scope.agents, agentId);
}

/** The highest priority first, then by id: the same order wherever it is sorted. */
function byImportance(a: PolicyDocument, b: PolicyDocument): number {
  return (
    b.spec.priority - a.spec.priority || (a.metadata.id < b.metadata.id ? -1 : a.metadata.id > b.metadata.id ? 1 : 0)
  );
}

function compilePolicy(terms: TermTable, { document, version }: VersionedPolicy, rank: number): CompiledPolicy {
  const { metadata, spec } = document;
  const { condition, fault } = conditionOf(terms, document);
  return {
    id: metadata.id,
    effect: spec.effect,
    rank,
    scope: spec.scope,
    condition,
    fault,
    anyResource: spec.scope.resources.includes('*'),
    reason: spec.message ?? `policy \`${metadata.id}\` ${spec.effect === 'deny' ? 'denies' : 'allows'} it`,
    reference: Object.freeze({ policy: metadata.id, version }),
    matched: Object.freeze({ policy: metadata.id, version, effect: spec.effect, priority: spec.priority }),
  };
}

interface CompiledText {
  condition: Condition | null;
  fault: string | null;
}

const UNCONDITIONAL: CompiledText = { condition: null, fault: null };

/** By the document, which is never changed: what is in force again in the next revision is not compiled again. */
const compiledTexts = new WeakMap<PolicyDocument, CompiledText>();

function conditionOf(terms: TermTable, document: PolicyDocument): CompiledText {
  const text = document.spec.condition;
  if (text === undefined) return UNCONDITIONAL;
  let compiled = compiledTexts.get(document);
  if (!compiled) {
    const { condition, faults } = compileCondition(text, terms);
    compiled = condition
      ? { condition, fault: null }
      : { condition, fault: faults[0]?.detail ?? 'it does not compile' };
    compiledTexts.set(document, compiled);
  }
  return compiled;
}
