import { Attributes } from './attributes.js';
import { countsAs } from './combine.js';
import type { CompiledPolicy, PolicySet } from './compile.js';
import type { PolicyDecision, PolicyRequest } from './decision.js';
import { evaluate, misfitIn } from './evaluate.js';
import { isInScope, resourceOf, resultOf } from './matching.js';
import type { PolicyEffect, PolicyMode } from './policy.js';
import { type Obstacle, remediesFor, type Remedy } from './remedies.js';

/** A part of a condition and what it came to. */
export interface ExplainedTerm {
  term: string;
  result: boolean | 'error';
  detail?: string;
}

/** What became of one policy that agent and action are in the scope of. */
export interface ExplainedPolicy {
  policy: string;
  version: number;
  effect: PolicyEffect;
  priority: number;
  /** A shadow policy changes nothing. */
  mode: PolicyMode;
  /** Whether it took part; also one that denies because it could not be evaluated. */
  matched: boolean;
  /** One sentence. */
  why: string;
  terms: ExplainedTerm[];
  /** Parts of the condition that would have to come out differently for the policy to change sides. */
  wouldChange: string[];
}

export interface PolicyExplanation {
  decision: PolicyDecision;
  /** Denies, allows, shadow policies; each by importance. */
  candidates: ExplainedPolicy[];
  /** What would turn the decision around; one sentence each, empty when nothing known would. */
  toChange: string[];
  /** The smallest changes of a denied request with which it would be allowed; each was tried. Empty when none is known. */
  remedies: Remedy[];
}

/** Says how a request is decided and why. Slower than `evaluate`, same answer. */
export function explain(set: PolicySet, request: PolicyRequest): PolicyExplanation {
  const decision = evaluate(set, request);
  try {
    const { denies, allows, shadows } = set.index.candidates(request.agent.id, request.action.name);
    const action = set.actions.get(request.action.name);
    const attributes = new Attributes(request, action?.risk);
    const resource = resourceOf(request);
    const explained = [...denies, ...allows, ...shadows].map((policy) => explainPolicy(policy, resource, attributes));
    const candidates = explained.map(({ candidate }) => candidate);
    const misfit = action === undefined ? null : misfitIn(action, request);
    if (misfit !== null) return { decision, candidates, toChange: [misfit], remedies: [] };
    const remedies = decision.allowed ? [] : remediesFor(set, request, explained.flatMap(obstacleIn));
    return { decision, candidates, toChange: toChange(decision, set.defaultEffect, explained), remedies };
  } catch {
    return { decision, candidates: [], toChange: [], remedies: [] };
  }
}

interface Explained {
  policy: CompiledPolicy;
  candidate: ExplainedPolicy;
  /** What it counted as. */
  as: PolicyEffect | null;
  /** Whether one of the parts that would change it is enough. */
  oneIsEnough: boolean;
}

function explainPolicy(policy: CompiledPolicy, resource: string | undefined, attributes: Attributes): Explained {
  const facts = { ...policy.matched, mode: policy.isShadow ? 'shadow' : 'enforce' } as const;
  if (!isInScope(policy, resource)) {
    const candidate = { ...facts, matched: false, why: outOfScope(resource), terms: [], wouldChange: [] };
    return { policy, candidate, as: null, oneIsEnough: false };
  }
  const result = resultOf(policy, attributes);
  const terms = policy.condition?.evaluateTerms(attributes).map(explainTerm) ?? [];
  const as = countsAs(policy, result);
  const matched = as !== null;
  const wouldChange = terms
    .filter((term) => term.result === 'error' || term.result === matched)
    .map(({ term }) => term);
  const candidate = { ...facts, matched, why: whyOf(result, policy), terms, wouldChange };
  return { policy, candidate, as, oneIsEnough: policy.condition?.needsAll === matched };
}

/** What stands in the way of a request: a deny that matches, and an allow that does not or has obligations it cannot be held to. */
function obstacleIn({ policy, as }: Explained): Obstacle[] {
  if (policy.isShadow || as === 'allow') return [];
  return policy.effect === 'allow' || as === 'deny' ? [{ policy, denies: policy.effect === 'deny' }] : [];
}

function explainTerm({ term, result }: { term: string; result: boolean | string }): ExplainedTerm {
  return typeof result === 'string' ? { term, result: 'error', detail: result } : { term, result };
}

const outOfScope = (resource: string | undefined): string =>
  resource === undefined
    ? 'it allows certain resources only, and the request names none'
    : `resource \`${resource}\` is not in its scope`;

function whyOf(result: boolean | string, policy: CompiledPolicy): string {
  if (typeof result === 'string') {
    if (countsAs(policy, result) === null) return `it does not allow because it could not be evaluated: ${result}`;
    const why = policy.effect === 'deny' ? '' : 'has obligations and ';
    return `it denies because it ${why}could not be evaluated: ${result}`;
  }
  if (policy.condition === null) return 'it has no condition, so it matches all in its scope';
  return result ? 'its condition is true' : 'its condition is false';
}

function toChange(
  { decision }: PolicyDecision,
  defaultEffect: PolicyEffect,
  explained: readonly Explained[],
): string[] {
  if (decision === 'allow') return [];
  const enforced = explained.filter(({ candidate }) => candidate.mode === 'enforce');
  const denying = enforced.filter(({ as }) => as === 'deny');
  const sentences = denying.map((one) => sentence(one, 'must no longer match'));
  const allows = enforced.filter(({ as, candidate }) => candidate.effect === 'allow' && as !== 'deny');
  if (defaultEffect === 'allow' || allows.some(({ as }) => as === 'allow')) return sentences;
  if (allows.length === 0) return [...sentences, 'there would have to be a policy that allows it'];
  return [...sentences, ...allows.map((one) => sentence(one, 'would have to match'))];
}

function sentence({ candidate: { policy, wouldChange }, oneIsEnough }: Explained, verb: string): string {
  if (wouldChange.length === 0) return `\`${policy}\` ${verb}`;
  const which = wouldChange.length === 1 ? '' : oneIsEnough ? 'one of ' : 'all of ';
  return `\`${policy}\` ${verb}: ${which}${wouldChange.map((term) => `\`${term}\``).join(', ')}`;
}
