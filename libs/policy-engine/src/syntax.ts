import type { ASTNode } from '@marcbachmann/cel-js';

/** A call of a function or method, whichever way it is written. */
export interface Call {
  name: string;
  receiver: ASTNode | null;
  args: ASTNode[];
}

export function callOf(node: ASTNode): Call | null {
  if (node.op === 'call') return { name: node.args[0], receiver: null, args: node.args[1] };
  if (node.op === 'rcall') return { name: node.args[0], receiver: node.args[1], args: node.args[2] };
  return null;
}

/** Whether a text has calls: they are written with parentheses. Most conditions have none, and need not be looked through for them. */
export const mayCall = (text: string): boolean => text.includes('(');

const NOTHING: readonly ASTNode[] = Object.freeze([]);

/** The direct parts of an expression, as they are written. */
export function partsOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return NOTHING;
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
    case 'rcall': {
      const call = callOf(node);
      return call ? [...(call.receiver ? [call.receiver] : []), ...call.args] : [];
    }
    case 'list':
      return node.args;
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    default:
      return node.args;
  }
}

/** Every expression in an expression, itself first. */
export function everyPart(node: ASTNode): ASTNode[] {
  const found: ASTNode[] = [];
  collect(node, found);
  return found;
}

function collect(node: ASTNode, into: ASTNode[]): void {
  into.push(node);
  for (const part of partsOf(node)) collect(part, into);
}

/** Whether two expressions are the same, wherever they stand and whatever parentheses are around them. */
export function isSame(a: ASTNode, b: ASTNode): boolean {
  if (a.op !== b.op) return false;
  if (a.args === b.args) return true; // a name or a value; anything else has parts of its own
  if (wordOf(a) !== wordOf(b)) return false;
  if (a.op === '.') return isSame(a.args[0], (b as typeof a).args[0]);
  const ofA = partsOf(a);
  const ofB = partsOf(b);
  return ofA.length === ofB.length && ofA.every((part, position) => isSame(part, ofB[position] as ASTNode));
}

/** What an expression has besides its parts: a name, or a value with its type. */
function wordOf(node: ASTNode): string {
  if (node.op === 'value') return `${typeof node.args} ${String(node.args)}`;
  if (node.op === 'id') return node.args;
  if (node.op === '.' || node.op === '.?') return node.args[1];
  return callOf(node)?.name ?? '';
}

/** `a.b` and `a["b"]` as `a`, `b`; null for anything else. */
export function fieldOf(node: ASTNode): { owner: string; field: string } | null {
  if (node.op === '.' && node.args[0].op === 'id') return { owner: node.args[0].args, field: node.args[1] };
  if (node.op !== '[]') return null;
  const [owner, key] = node.args;
  return owner.op === 'id' && key.op === 'value' && typeof key.args === 'string'
    ? { owner: owner.args, field: key.args }
    : null;
}

/** The number an expression is, when it is written as one; `-1` too. */
export function numberOf(node: ASTNode): number | null {
  if (node.op === '-_') {
    const positive = numberOf(node.args);
    return positive === null ? null : -positive;
  }
  if (node.op !== 'value') return null;
  const value: unknown = node.args;
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null;
}

/** Where a character stands in a text, both from 1. */
export function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
