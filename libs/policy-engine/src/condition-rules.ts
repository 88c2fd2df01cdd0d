import type { ASTNode } from '@marcbachmann/cel-js';
import { isLocalTime } from './local-time.js';
import { callOf, everyPart, fieldOf, numberOf } from './syntax.js';

/** What is valid CEL and yet refused, with where it stands. */
export interface Objection {
  offset: number;
  detail: string;
}

const REFUSED_FUNCTIONS = new Map([
  ['matches', '`matches` is not available: some patterns take seconds; use startsWith, endsWith, contains or `in`'],
  ['json', '`json` is not available: what it makes has not been looked over'],
  ['getDayOfYear', '`getDayOfYear` is not available: it depends on the time zone of the machine'],
]);

const REFUSED_NAMES = new Map([
  ['session', '`session` comes with a later version'],
  ['cel', '`cel.bind` is not available'],
]);

/** Keys that map literals drop in silence. */
const DROPPED_KEYS = ['__proto__', 'constructor', 'prototype'];

const COMPARISONS = ['<', '<=', '>', '>=', '==', '!='];

/** What the type check lets through and a policy may not have. */
export function objectionsTo(root: ASTNode): Objection[] {
  const found: Objection[] = [];
  for (const node of everyPart(root)) {
    const detail = objectionTo(node);
    if (detail !== undefined) found.push({ offset: node.start, detail });
  }
  return found;
}

function objectionTo(node: ASTNode): string | undefined {
  const call = callOf(node);
  if (call) return isLocalTime(call.name) ? `\`${call.name}\` is not available` : REFUSED_FUNCTIONS.get(call.name);
  if (node.op === 'id') return REFUSED_NAMES.get(node.args);
  if (node.op === 'map') return objectionToKeys(node.args);
  if (COMPARISONS.includes(node.op)) return objectionToTrust(node.args as [ASTNode, ASTNode]);
  return undefined;
}

function objectionToKeys(entries: readonly (readonly [ASTNode, ASTNode])[]): string | undefined {
  for (const [{ op, args: key }] of entries)
    if (op === 'value' && typeof key === 'string' && DROPPED_KEYS.includes(key))
      return `a map cannot have the key \`${key}\``;
  return undefined;
}

function objectionToTrust([left, right]: [ASTNode, ASTNode]): string | undefined {
  for (const [attribute, literal] of [
    [left, right],
    [right, left],
  ] as const) {
    const field = fieldOf(attribute);
    const bound = numberOf(literal);
    if (field?.owner === 'agent' && field.field === 'trust' && bound !== null && (bound < 0 || bound > 1))
      return `\`agent.trust\` lies between 0 and 1, so comparing it with \`${bound}\` has always the same result`;
  }
  return undefined;
}
