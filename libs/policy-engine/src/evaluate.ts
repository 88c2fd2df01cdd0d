import { type ActionDefinition, misfitOf } from './action-schema.js';
import { Attributes } from './attributes.js';
import { combine } from './combine.js';
import { byImportance, type CompiledPolicy, type PolicySet } from './compile.js';
import type { PolicyDecision, PolicyError, PolicyRequest } from './decision.js';
import { denialOf, type Matching, matching, NOTHING, resourceOf } from './matching.js';
import { mergeObligations, type Obligation } from './obligation.js';
import type { PolicyEffect } from './policy.js';
import { shadowOf } from './shadow.js';

const NO_OBLIGATIONS: readonly Obligation[] = Object.freeze([]);

/** Decides a request. A function of its arguments alone, and it never throws: what cannot be decided is denied. */
export function evaluate(set: PolicySet, request: PolicyRequest): PolicyDecision {
  try {
    return decide(set, request);
  } catch {
    return undecidable(set);
  }
}

function decide(set: PolicySet, request: PolicyRequest): PolicyDecision {
  const agentId = request.agent.id;
  const action = request.action.name;
  if (typeof agentId !== 'string' || typeof action !== 'string') return undecidable(set);
  const { defaultEffect } = set;
  const { denies, allows, duties, shadows } = set.index.candidates(agentId, action);
  const known = set.actions.size === 0 ? undefined : set.actions.get(action);
  const asked = { resource: resourceOf(request), attributes: new Attributes(request, known?.risk) };
  const errors: PolicyError[] = [];
  const denied = matching(denies, asked, errors);
  // Also of a denial: what an allow redacts is not to be recorded then either.
  const others = denied.winner === null ? allows : duties;
  const allowed = others.length === 0 ? NOTHING : matching(others, asked, errors);
  const outcome = {
    denied: denied.winner !== null || allowed.broken.length > 0,
    allowed: allowed.winner !== null,
  };
  const decision = combine(outcome, defaultEffect);
  const deciding = outcome.denied ? denialBy(denied, allowed.broken) : allowed;
  const answer = {
    decision,
    allowed: decision === 'allow',
    matched: deciding.matched,
    winner: deciding.winner?.reference ?? null,
    reason: reasonOf(deciding.winner, decision) ?? defaultReason(decision, agentId, action),
    failingTerms: decision === 'allow' ? [] : [...deciding.terms],
    obligations: obligationsOf(denied, allowed),
    policyRevision: set.revision,
    errors,
  };
  const misfit = known === undefined ? null : misfitIn(known, request);
  if (misfit !== null) return refused(answer, misfit);
  return shadows.length === 0 ? answer : { ...answer, ...shadowOf(shadows, asked, { outcome, defaultEffect }) };
}

/** Why the context of a request does not fit its action; null when it does, or nobody has said what it looks like. */
export function misfitIn({ name, contextSchema }: ActionDefinition, { context }: PolicyRequest): string | null {
  const misfit = contextSchema === null ? null : misfitOf(contextSchema, context);
  return misfit === null ? null : `the request does not fit the schema of \`${name}\`: ${misfit}`;
}

/** No policy decides about it, but what they redact is redacted. */
const refused = (answer: PolicyDecision, reason: string): PolicyDecision => ({
  ...answer,
  decision: 'deny',
  allowed: false,
  matched: [],
  winner: null,
  reason,
  failingTerms: [],
});

type Deciding = Pick<Matching, 'winner' | 'matched' | 'terms'>;

/** What denies: policies that say so, and allows with obligations that could not be evaluated. */
function denialBy(denied: Matching, broken: readonly CompiledPolicy[]): Deciding {
  const [first] = broken;
  if (first === undefined) return denied;
  const matched = [...denied.matched, ...broken.map(denialOf)].sort(byImportance);
  const isFirst = denied.winner === null || byImportance(first.matched, denied.winner.matched) < 0;
  return isFirst ? { winner: first, matched, terms: [] } : { ...denied, matched };
}

function obligationsOf(denied: Matching, allowed: Matching): readonly Obligation[] {
  if (denied.bound.length === 0 && allowed.bound.length === 0) return NO_OBLIGATIONS;
  return mergeObligations([...denied.bound, ...allowed.bound].map(({ obligations }) => obligations));
}

function reasonOf(winner: CompiledPolicy | null, decision: PolicyEffect): string | undefined {
  if (winner === null || winner.effect === decision) return winner?.reason;
  return `policy \`${winner.id}\` has obligations and could not be evaluated`;
}

function defaultReason(decision: PolicyEffect, agentId: string, action: string): string {
  return decision === 'allow'
    ? `no policy denies \`${action}\` to \`${agentId}\``
    : `no policy allows \`${action}\` to \`${agentId}\``;
}

function undecidable(set: PolicySet): PolicyDecision {
  return {
    decision: 'deny',
    allowed: false,
    matched: [],
    winner: null,
    reason: 'the request cannot be read',
    failingTerms: [],
    obligations: NO_OBLIGATIONS,
    policyRevision: set.revision,
    errors: [],
  };
}
