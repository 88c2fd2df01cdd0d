import { Attributes } from './attributes.js';
import { combine, counts } from './combine.js';
import type { CompiledPolicy, PolicySet } from './compile.js';
import type { MatchedPolicy, PolicyDecision, PolicyError, PolicyRequest } from './decision.js';
import { matchesAny } from './glob.js';

const NONE: readonly string[] = Object.freeze([]);

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
  const { denies, allows } = set.index.candidates(agentId, action);
  const attributes = new Attributes(request);
  const resource = resourceOf(request);
  const errors: PolicyError[] = [];
  const denied = matching(denies, resource, attributes, errors);
  const allowed = denied.winner === null ? matching(allows, resource, attributes, errors) : null;
  const deciding = allowed ?? denied;
  const decision = combine({ denied: denied.winner !== null, allowed: allowed?.winner != null }, set.defaultEffect);
  return {
    decision,
    allowed: decision === 'allow',
    matched: deciding.matched,
    winner: deciding.winner?.reference ?? null,
    reason: deciding.winner?.reason ?? defaultReason(decision, agentId, action),
    failingTerms: decision === 'allow' ? [] : [...deciding.terms],
    obligations: [],
    policyRevision: set.revision,
    errors,
  };
}

interface Matching {
  winner: CompiledPolicy | null;
  matched: MatchedPolicy[];
  /** Of the winner, or of the most important policy that does not match: the parts of its condition that decided. */
  terms: readonly string[];
}

/** Policies of one effect, in their order: the first that matches is the winner. */
function matching(
  candidates: readonly CompiledPolicy[],
  resource: string | undefined,
  attributes: Attributes,
  errors: PolicyError[],
): Matching {
  const matched: MatchedPolicy[] = [];
  let winner: CompiledPolicy | null = null;
  let terms: readonly string[] | null = null;
  for (const policy of candidates) {
    if (!isInScope(policy, resource)) continue;
    const result = policy.fault ?? policy.condition?.evaluate(attributes) ?? true;
    if (typeof result === 'string') errors.push({ policy: policy.id, detail: result });
    const matches = counts(policy.effect, result);
    if (matches) matched.push(policy.matched);
    if (winner === null && (matches || terms === null)) terms = policy.condition?.decidingTerms(result) ?? NONE;
    if (matches) winner ??= policy;
  }
  return { winner, matched, terms: terms ?? NONE };
}

/** The resource a request names; anything but a text names none. */
export function resourceOf(request: PolicyRequest): string | undefined {
  const name: unknown = request.resource?.name;
  return typeof name === 'string' ? name : undefined;
}

/** A request that names no resource may be about any: each deny is concerned, an allow only if it speaks about every resource. */
export function isInScope(policy: CompiledPolicy, resource: string | undefined): boolean {
  if (policy.anyResource) return true;
  if (resource === undefined) return policy.effect === 'deny';
  return matchesAny(policy.scope.resources, resource);
}

function defaultReason(decision: 'allow' | 'deny', agentId: string, action: string): string {
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
    obligations: [],
    policyRevision: set.revision,
    errors: [],
  };
}
