import type { ASTNode } from '@marcbachmann/cel-js';
import { writtenName } from './own-functions.js';
import { callOf, everyPart, partsOf } from './syntax.js';
import type { DataSize } from './untrusted-data.js';

const LOOPS = ['all', 'exists', 'exists_one', 'map', 'filter'];

/** What goes through a whole value each time it is evaluated. */
const WALKERS = ['size', 'contains', 'indexOf', 'lastIndexOf', 'split', 'join', 'lowerAscii', 'upperAscii', 'trim'];

/** Steps a condition may take, some tens of nanoseconds each. */
const MOST_STEPS = 5_000_000;

/** Walking over this many characters takes as long as one step. */
const CHARACTERS_IN_A_STEP = 32;

/** How the work of a condition grows with the data of a request: at most `nodes` × (size of the data) to the power of `depth`. */
export interface Growth {
  nodes: number;
  depth: number;
  /** Strings become lists of their characters. */
  splits: boolean;
}

/** null for a condition without loops: its work is bounded by its own length, or is done at native speed. */
export function growthOf(root: ASTNode): Growth | null {
  const nodes = everyPart(root);
  if (!nodes.some(isLoop)) return null;
  const depth = depthOf(root, OUTSIDE);
  if (depth === 0) return null;
  return { nodes: nodes.length, depth, splits: nodes.some((node) => callOf(node)?.name === 'split') };
}

/** Whether a condition could take too long with that much data. */
export function isTooMuch({ nodes, depth, splits }: Growth, { values, characters }: DataSize): boolean {
  const size = values + characters / (splits ? 1 : CHARACTERS_IN_A_STEP);
  return nodes * size ** depth > MOST_STEPS;
}

interface Surroundings {
  inLoop: boolean;
  /** Of the loop around, when that goes over data as it came: a loop over a member of it is no further power, each value is seen once. */
  variable: string | null;
  /** Of all such loops around: walking over what one of them stands for is, over all its rounds, walking over the data once. */
  variables: readonly string[];
}

const OUTSIDE: Surroundings = { inLoop: false, variable: null, variables: [] };

function isLoop(node: ASTNode): boolean {
  const call = callOf(node);
  return call !== null && call.receiver !== null && LOOPS.includes(call.name);
}

function depthOf(node: ASTNode, around: Surroundings): number {
  const call = callOf(node);
  if (call?.receiver && LOOPS.includes(call.name)) {
    const [named, ...body] = call.args;
    const path = rootOfPath(call.receiver);
    const name = named?.op === 'id' ? named.args : null;
    const variable = path === null ? null : name;
    const isShared = path !== null && path === around.variable;
    const own = isShared || isLiteral(call.receiver) ? 0 : 1;
    const others = around.variables.filter((other) => other !== name);
    const variables = variable === null ? others : [...others, variable];
    const inside = deepest(body, { inLoop: true, variable, variables });
    return Math.max(depthOf(call.receiver, around), own + inside);
  }
  const below = deepest(partsOf(node), around);
  return around.inLoop && walks(node, around.variables) ? Math.max(1, below) : below;
}

const deepest = (nodes: readonly ASTNode[], around: Surroundings): number =>
  nodes.reduce((most, node) => Math.max(most, depthOf(node, around)), 0);

/** Whether it goes, in each round, through data that is not the round's own. */
function walks(node: ASTNode, variables: readonly string[]): boolean {
  const isOwn = (part: ASTNode | undefined): boolean =>
    part === undefined || isLiteral(part) || variables.includes(rootOfPath(part) ?? '');
  const call = callOf(node);
  if (call) return WALKERS.includes(writtenName(call.name)) && !isOwn(call.receiver ?? call.args[0]);
  const [left, right] = partsOf(node);
  if (node.op === '==' || node.op === '!=') return !isOwn(left) && !isOwn(right);
  if (node.op === 'in') return !isOwn(right);
  return node.op === '+' && !(isOwn(left) && isOwn(right));
}

const isLiteral = (node: ASTNode): boolean =>
  node.op === 'value' || (node.op === 'list' && node.args.every((element) => element.op === 'value'));

/** `a` of `a.b["c"].d`; null for what is not only a path. */
function rootOfPath(node: ASTNode): string | null {
  if (node.op === 'id') return node.args;
  return node.op === '.' || node.op === '[]' ? rootOfPath(node.args[0]) : null;
}
