import type { Attributes } from './attributes.js';
import { countsAs } from './combine.js';
import type { CompiledPolicy } from './compile.js';
import type { MatchedPolicy, PolicyError, PolicyRequest } from './decision.js';
import { matchesAny } from './glob.js';

const NONE: readonly never[] = Object.freeze([]);

/** What policies of one effect came to. */
export interface Matching {
  /** The first that counts as what it says. */
  winner: CompiledPolicy | null;
  matched: MatchedPolicy[];
  /** Of the winner, or of the most important policy that does not match: the parts of its condition that decided. */
  terms: readonly string[];
  /** Those with obligations that count. */
  bound: readonly CompiledPolicy[];
  /** Allows that count as denials: they have obligations, and could not be evaluated. */
  broken: readonly CompiledPolicy[];
}

/** Of no policies. */
export const NOTHING: Matching = Object.freeze({ winner: null, matched: [], terms: NONE, bound: NONE, broken: NONE });

/** What a request is, as far as the scope and conditions of policies look at it. */
export interface Asked {
  resource: string | undefined;
  attributes: Attributes;
}

/** Policies of one effect, in their order: the first that matches is the winner. */
export function matching(
  candidates: readonly CompiledPolicy[],
  { resource, attributes }: Asked,
  errors: PolicyError[],
): Matching {
  const matched: MatchedPolicy[] = [];
  let winner: CompiledPolicy | null = null;
  let terms: readonly string[] | null = null;
  let bound: CompiledPolicy[] | null = null;
  let broken: CompiledPolicy[] | null = null;
  for (const policy of candidates) {
    if (!isInScope(policy, resource)) continue;
    const result = resultOf(policy, attributes);
    if (typeof result === 'string') errors.push({ policy: policy.id, detail: result });
    const as = countsAs(policy, result);
    const matches = as === policy.effect;
    if (as !== null && policy.isBound) (bound ??= []).push(policy);
    if (as !== null && !matches) (broken ??= []).push(policy);
    if (matches) matched.push(policy.matched);
    if (winner === null && (matches || terms === null)) terms = policy.condition?.decidingTerms(result) ?? NONE;
    if (matches) winner ??= policy;
  }
  return { winner, matched, terms: terms ?? NONE, bound: bound ?? NONE, broken: broken ?? NONE };
}

/** What a condition comes to; where it is true, why the policy cannot be kept all the same. */
export function resultOf(policy: CompiledPolicy, attributes: Attributes): boolean | string {
  const result = policy.fault ?? policy.condition?.evaluate(attributes) ?? true;
  return result === true && policy.unknown !== null ? policy.unknown : result;
}

/** What an allow is told as when it counts as a denial. */
export function denialOf({ matched }: CompiledPolicy): MatchedPolicy {
  return { ...matched, effect: 'deny' };
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
