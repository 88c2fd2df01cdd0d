import type { ASTNode } from '@marcbachmann/cel-js';
import type { Attributes } from './attributes.js';
import { fieldOf, numberOf } from './syntax.js';

/** What can be written down and compared with. */
export type Value = string | number | boolean;

/** The result of a term, or undefined when the CEL library has to say. */
export type Shortcut = (attributes: Attributes) => boolean | undefined;

/**
 * Most terms compare one attribute with one value written down, and most attributes have the type of that value. That case is answered here,
 * some ten times as fast; everything else, above all what is missing or of another type, is left to the library.
 * @param term has passed the type check
 */
export function shortcutFor(term: ASTNode): Shortcut | null {
  if (term.op === 'in') return membership(term.args[0], term.args[1]);
  const [left, right] = Array.isArray(term.args) ? (term.args as readonly (ASTNode | string)[]) : [];
  if (typeof left !== 'object' || typeof right !== 'object') return null;
  const read = readerOf(left);
  const bound = literalOf(right);
  if (read === null || bound === null) return null;
  const type = typeof bound;
  const compare = comparison(term.op, bound);
  if (compare === null) return null;
  return (attributes) => {
    const value = read(attributes);
    return typeof value === type ? compare(value as Value) : undefined;
  };
}

function comparison(op: string, bound: Value): ((value: Value) => boolean) | null {
  switch (op) {
    case '==':
      return (value) => value === bound;
    case '!=':
      return (value) => value !== bound;
    case '<':
      return (value) => value < bound;
    case '<=':
      return (value) => value <= bound;
    case '>':
      return (value) => value > bound;
    case '>=':
      return (value) => value >= bound;
    default:
      return null;
  }
}

function membership(element: ASTNode, list: ASTNode): Shortcut | null {
  const read = readerOf(element);
  if (read === null || list.op !== 'list') return null;
  const values = list.args.map(literalOf);
  const type = typeof values[0];
  if (values.length === 0 || values.some((value) => value === null || typeof value !== type)) return null;
  return (attributes) => {
    const value = read(attributes);
    return typeof value === type ? values.includes(value as Value) : undefined;
  };
}

/** Reads `context.name` and the like: own members only, as the library does. */
function readerOf(node: ASTNode): ((attributes: Attributes) => unknown) | null {
  const field = fieldOf(node);
  if (field === null) return null;
  const { owner, field: name } = field;
  if (owner !== 'context' && owner !== 'arguments' && owner !== 'agent' && owner !== 'action') return null;
  return (attributes) => {
    const members = attributes[owner] as Record<string, unknown>;
    return Object.hasOwn(members, name) ? members[name] : undefined;
  };
}

/** A value written down; null for what is none, or a whole number that a double cannot hold. */
export function literalOf(node: ASTNode): Value | null {
  const number = numberOf(node);
  if (number !== null) return Number.isInteger(number) && !Number.isSafeInteger(number) ? null : number;
  if (node.op !== 'value') return null;
  const value: unknown = node.args;
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}
