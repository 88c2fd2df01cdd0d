import type { ASTNode } from '@marcbachmann/cel-js';
import { literalOf, type Value } from './shortcut.js';
import { fieldOf } from './syntax.js';

/** What a condition compares with values written down, and a request can be changed in; trust is earned, but may be asked about. */
export type ClaimedOwner = 'context' | 'arguments' | 'agent';

export type ClaimedRelation = '<' | '<=' | '>' | '>=' | '==' | '!=' | 'in' | 'not in';

/** That an attribute stands in a relation to some values: one, except for `in` and `not in`. */
export interface Claim {
  owner: ClaimedOwner;
  field: string;
  is: ClaimedRelation;
  values: readonly Value[];
}

const MIRRORED = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '==': '==', '!=': '!=' } as const;
const NEGATED = {
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  '==': '!=',
  '!=': '==',
  in: 'not in',
  'not in': 'in',
} as const;
const WORDS = {
  '<': 'less than',
  '<=': 'at most',
  '>': 'more than',
  '>=': 'at least',
  '==': 'equal to',
  '!=': 'other than',
  in: 'one of',
  'not in': 'none of',
} as const;

/** What a part of a condition claims; null for all that is not as simple as one attribute and what it is compared with. */
export function claimOf(node: ASTNode): Claim | null {
  if (node.op === '!_') {
    const claim = claimOf(node.args);
    return claim && negated(claim);
  }
  const flag = attributeOf(node);
  if (flag) return { ...flag, is: '==', values: [true] };
  if (node.op === 'in') return membership(node.args[0], node.args[1]);
  if (!isComparison(node.op)) return null;
  const [left, right] = node.args as [ASTNode, ASTNode];
  return comparison(left, node.op, right) ?? comparison(right, MIRRORED[node.op], left);
}

/** The opposite; of a truth value it is the other one. */
export function negated(claim: Claim): Claim {
  const [value] = claim.values;
  if (typeof value !== 'boolean') return { ...claim, is: NEGATED[claim.is] };
  return { ...claim, is: '==', values: [!value] };
}

/** Whether a value is what a claim says; of another type it never is, and of the agent's trust only what trust can be. */
export function holds({ owner, is, values }: Claim, value: Value): boolean {
  const [bound] = values;
  if (bound === undefined || typeof value !== typeof bound) return false;
  if (owner === 'agent' && (typeof value !== 'number' || value < 0 || value > 1)) return false;
  if (is === 'in') return values.includes(value);
  if (is === 'not in') return !values.includes(value);
  if (is === '==') return value === bound;
  if (is === '!=') return value !== bound;
  if (is === '<') return value < bound;
  if (is === '<=') return value <= bound;
  return is === '>' ? value > bound : value >= bound;
}

/** A claim in words: `context.amount` at most 500. */
export function claimText({ owner, field, is, values }: Claim): string {
  return `\`${owner}.${field}\` ${WORDS[is]} ${values.map((value) => `\`${JSON.stringify(value)}\``).join(', ')}`;
}

const isComparison = (op: string): op is keyof typeof MIRRORED => Object.hasOwn(MIRRORED, op);

function comparison(left: ASTNode, is: ClaimedRelation, right: ASTNode): Claim | null {
  const attribute = attributeOf(left);
  const bound = literalOf(right);
  if (!attribute || bound === null) return null;
  if (typeof bound !== 'number' && is !== '==' && is !== '!=') return null;
  return is === '!=' && typeof bound === 'boolean'
    ? { ...attribute, is: '==', values: [!bound] }
    : { ...attribute, is, values: [bound] };
}

function membership(element: ASTNode, list: ASTNode): Claim | null {
  const attribute = attributeOf(element);
  const values = list.op === 'list' ? list.args.map(literalOf) : [];
  const known = values.filter((value) => value !== null);
  if (!attribute || known.length === 0 || known.length < values.length) return null;
  return known.every((value) => typeof value !== 'boolean' && typeof value === typeof known[0])
    ? { ...attribute, is: 'in', values: known }
    : null;
}

function attributeOf(node: ASTNode): Pick<Claim, 'owner' | 'field'> | null {
  const path = fieldOf(node);
  if (path === null) return null;
  const { owner, field } = path;
  if (owner === 'context' || owner === 'arguments') return { owner, field };
  return owner === 'agent' && field === 'trust' ? { owner, field } : null;
}
