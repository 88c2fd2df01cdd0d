import type { ASTNode } from '@marcbachmann/cel-js';
import { type Claim, claimOf, claimText, holds, negated } from './claim.js';
import type { CompiledPolicy, PolicySet } from './compile.js';
import type { PolicyRequest } from './decision.js';
import { evaluate } from './evaluate.js';
import { looksAt } from './looked-at.js';
import type { Value } from './shortcut.js';

/** Claims about a request that is denied: it would be allowed with any values that all of them hold for. */
export type Remedy = readonly Claim[];

/** A policy that stands in the way of a request: one that denies it, or one that could allow it and does not match. */
export interface Obstacle {
  policy: CompiledPolicy;
  denies: boolean;
}

const MOST_CLAIMS = 8;
const MOST_TOGETHER = 3;
const MOST_REMEDIES = 5;
/** Requests that are tried to prove one remedy, and in all. */
const MOST_TRIES = 200;
const MOST_TRIES_IN_ALL = 2_000;

/**
 * The smallest changes of a denied request that would have it allowed, as far as conditions compare attributes with values written down.
 * Every one is proven: a range by a request for each part of it that some condition tells apart, and where that fails by one value.
 */
export function remediesFor(set: PolicySet, request: PolicyRequest, obstacles: readonly Obstacle[]): Remedy[] {
  const { denies, allows } = set.index.candidates(request.agent.id, request.action.name);
  const parts = [...denies, ...allows].flatMap(({ condition }) => condition?.parts ?? []);
  const claims = distinct(obstacles.flatMap(claimsAgainst)).slice(0, MOST_CLAIMS);
  let tries = 0;
  const isAllowed = (changed: PolicyRequest): boolean => ++tries <= MOST_TRIES_IN_ALL && evaluate(set, changed).allowed;
  const isSimple = (claim: Claim): boolean =>
    !set.actions.has(request.action.name) && isToldApartBySimpleParts(claim, parts);
  for (let size = 1; size <= MOST_TOGETHER; size++) {
    const found = subsets(claims, size).flatMap((some) => proven(some, parts, request, { isAllowed, isSimple }) ?? []);
    if (found.length > 0) return distinctRemedies(found).slice(0, MOST_REMEDIES);
  }
  return [];
}

export const remedyText = (remedy: Remedy): string => remedy.map(claimText).join(' and ');

function claimsAgainst({ policy: { condition }, denies }: Obstacle): Claim[] {
  const claims = condition?.parts.flatMap((part) => claimOf(part) ?? []) ?? [];
  return denies ? claims.map(negated) : claims;
}

type Tried = readonly (readonly [Claim, Value])[];

/** The remedy that these claims are, or some values they hold for; null when they are none. */
function proven(
  claims: readonly Claim[],
  parts: readonly ASTNode[],
  request: PolicyRequest,
  { isAllowed, isSimple }: { isAllowed: (changed: PolicyRequest) => boolean; isSimple: (claim: Claim) => boolean },
): Remedy[] | null {
  const values = claims.map((claim) => samples(claim, parts).map((value) => [claim, value] as const));
  const isMuch = values.reduce((all, { length }) => all * length, 1) > MOST_TRIES;
  const ways = product(isMuch ? values.map((some) => some.slice(0, 1)) : values);
  const allowed = ways.filter((way) => isAllowed(changedBy(way, request)));
  const [first] = allowed;
  if (first === undefined) return null;
  const isWhole = !isMuch && allowed.length === ways.length && claims.every(isSimple);
  return [isWhole ? claims : first.map(([claim, value]) => ({ ...claim, is: '==', values: [value] }))];
}

/** Values a claim holds for: of each part of the range that a condition tells from the others, the nearest first. */
function samples(claim: Claim, parts: readonly ASTNode[]): Value[] {
  const bounds = [claim, ...parts.flatMap((part) => claimOf(part) ?? []).filter((other) => isSameField(claim, other))];
  const written = bounds.flatMap(({ values }) => values);
  const numbers = [...new Set(written.filter((value) => typeof value === 'number'))].sort((a, b) => a - b);
  const between = numbers.slice(1).map((number, index) => (number + (numbers[index] ?? number)) / 2);
  const around = numbers.length > 0 ? [(numbers[0] ?? 0) - 1, (numbers.at(-1) ?? 0) + 1] : [];
  const share = claim.owner === 'agent' ? [0, 1, ...numbers.flatMap((number) => [number / 2, (number + 1) / 2])] : [];
  const texts = written.some((value) => typeof value === 'string') ? [unlike(written)] : [];
  const all = new Set<Value>([...claim.values, ...written, ...between, ...around, ...share, ...texts, true, false]);
  return [...all].filter((value) => holds(claim, value));
}

/** A text that none of some values is. */
const unlike = (values: readonly Value[]): string => `not ${values.map(String).join(' nor ')}`;

const isSameField = (a: Claim, b: Claim): boolean => a.owner === b.owner && a.field === b.field;

/** Whether conditions look at an attribute in simple comparisons alone, so that values between two bounds are all the same to them. */
const isToldApartBySimpleParts = (claim: Claim, parts: readonly ASTNode[]): boolean =>
  parts.every((part) => claimOf(part) !== null || !looksAt(part, claim));

function changedBy(way: Tried, request: PolicyRequest): PolicyRequest {
  const changed = { agent: { ...request.agent }, context: { ...request.context }, arguments: { ...request.arguments } };
  for (const [{ owner, field }, value] of way) Object.assign(changed[owner], { [field]: value });
  return { ...request, ...changed };
}

function product<Item>([first, ...others]: readonly (readonly Item[])[]): Item[][] {
  if (first === undefined) return [[]];
  const rest = product(others);
  return first.flatMap((item) => rest.map((items) => [item, ...items]));
}

/** Each field once: a request has one value for it. */
function subsets(claims: readonly Claim[], size: number): Claim[][] {
  if (size === 0) return [[]];
  return claims.flatMap((claim, index) =>
    subsets(claims.slice(index + 1), size - 1)
      .filter((others) => !others.some((other) => isSameField(claim, other)))
      .map((others) => [claim, ...others]),
  );
}

const distinct = (claims: readonly Claim[]): Claim[] => [
  ...new Map(claims.map((claim) => [claimText(claim), claim])).values(),
];

const distinctRemedies = (remedies: readonly Remedy[]): Remedy[] => [
  ...new Map(remedies.map((remedy) => [remedyText(remedy), remedy])).values(),
];
