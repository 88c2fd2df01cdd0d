import type { ASTNode } from '@marcbachmann/cel-js';
import { ATTRIBUTES } from './attributes.js';
import { isOwnFunction } from './own-functions.js';
import { callOf, everyPart, fieldOf, numberOf, partsOf } from './syntax.js';

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
const EQUALITIES = ['==', '!='];
const RELATIONS = ['<', '<=', '>', '>=', 'in'];

/** What the type check lets through and a policy may not have. */
export function objectionsTo(text: string, root: ASTNode): Objection[] {
  const found: Objection[] = [];
  for (const node of everyPart(root)) {
    const detail = objectionTo(node) ?? objectionToOrder(text, node);
    if (detail !== undefined) found.push({ offset: node.start, detail });
  }
  findUntyped(root, false, found);
  return found;
}

/**
 * The library lets the elements of an empty list be of any type, also after it was joined with another one, and then compares whatever
 * there is, a number with a time. So an empty list or map is only something to compare with, or one of two branches.
 */
function findUntyped(node: ASTNode, isCompared: boolean, found: Objection[]): void {
  if (isEmpty(node) && !isCompared) {
    found.push({
      offset: node.start,
      detail: `an empty ${node.op} has no type here: compare with it, or leave it out`,
    });
    return;
  }
  if (node.op === '?:') {
    const [asked, yes, no] = node.args;
    const isTyped = isCompared || !(isEmpty(yes) && isEmpty(no));
    findUntyped(asked, false, found);
    findUntyped(yes, isTyped, found);
    findUntyped(no, isTyped, found);
    return;
  }
  const compares = EQUALITIES.includes(node.op) || node.op === 'in';
  const isInCompared = isCompared && (node.op === 'list' || node.op === 'map');
  for (const part of partsOf(node)) findUntyped(part, compares || isInCompared, found);
}

const isEmpty = (node: ASTNode): boolean => {
  if (node.op === '?:') return isEmpty(node.args[1]) && isEmpty(node.args[2]);
  return (node.op === 'list' || node.op === 'map') && node.args.length === 0;
};

/**
 * `a == b < c` is `(a == b) < c` in CEL, where all comparisons bind alike, and `a == (b < c)` to the library. Whoever writes it has to say.
 */
function objectionToOrder(text: string, node: ASTNode): string | undefined {
  if (!EQUALITIES.includes(node.op)) return undefined;
  const right = partsOf(node)[1];
  if (!right || !RELATIONS.includes(right.op) || isInParentheses(text, node.op, right)) return undefined;
  return `without parentheses around one of its comparisons, \`${node.op}\` and \`${right.op}\` are read in two ways`;
}

/** The library does not keep parentheses. With them, an operand stays one when the operator before it binds as weakly as its own. */
function isInParentheses(text: string, operator: string, { start }: ASTNode): boolean {
  const at = text.lastIndexOf(operator, start);
  try {
    const { ast } = ATTRIBUTES.parse(`${text.slice(0, at)}< ${text.slice(at + 2)}`);
    for (const node of everyPart(ast)) {
      const right = node.op === '<' ? node.args[1] : undefined;
      if (right && right.start === start && RELATIONS.includes(right.op)) return true;
    }
  } catch {
    // another way to write it is asked for
  }
  return false;
}

function objectionTo(node: ASTNode): string | undefined {
  const call = callOf(node);
  if (call) return isOwnFunction(call.name) ? `\`${call.name}\` is not available` : REFUSED_FUNCTIONS.get(call.name);
  if (node.op === 'id') return REFUSED_NAMES.get(node.args);
  if (node.op === 'map') return objectionToKeys(node.args);
  if (COMPARISONS.includes(node.op)) {
    const [left, right] = node.args as [ASTNode, ASTNode];
    return objectionToTrust(left, right) ?? objectionToTrust(right, left);
  }
  return undefined;
}

function objectionToKeys(entries: readonly (readonly [ASTNode, ASTNode])[]): string | undefined {
  for (const [{ op, args: key }] of entries)
    if (op === 'value' && typeof key === 'string' && DROPPED_KEYS.includes(key))
      return `a map cannot have the key \`${key}\``;
  return undefined;
}

function objectionToTrust(attribute: ASTNode, literal: ASTNode): string | undefined {
  const bound = numberOf(literal);
  if (bound === null || !(bound < 0 || bound > 1)) return undefined;
  const field = fieldOf(attribute);
  return field?.owner === 'agent' && field.field === 'trust'
    ? `\`agent.trust\` lies between 0 and 1, so comparing it with \`${bound}\` has always the same result`
    : undefined;
}
