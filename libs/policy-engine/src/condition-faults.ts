import type { ASTNode, Environment } from '@marcbachmann/cel-js';
import { ATTRIBUTES } from './attributes.js';
import { offsetOf, toldBy } from './cel-errors.js';
import type { Objection } from './condition-rules.js';
import { useOwnFunctions } from './own-functions.js';
import { everyPart, isSame } from './syntax.js';

/**
 * All that is wrong with an expression that parses. The library's type check ends at the first fault, so the parts between `&&`, `||`, `!`
 * and `? :` are checked by themselves too.
 * @param objections what has been found already; types are not looked at there
 * @param error of the type check of the whole
 * @param environment what the check knows of attributes
 */
export function everyFault(
  text: string,
  root: ASTNode,
  objections: readonly Objection[],
  error: unknown,
  environment: Environment = ATTRIBUTES,
): Objection[] {
  const unobjected = logicalParts(root).filter(
    ({ start, end }) => !objections.some(({ offset }) => offset >= start && offset < end),
  );
  const found = [...objections, ...unobjected.flatMap((part) => typeFault(text, part, environment) ?? [])];
  if (found.length === 0) found.push({ offset: offsetOf(error), detail: toldBy(error) });
  return found.sort((a, b) => a.offset - b.offset);
}

function logicalParts(node: ASTNode): ASTNode[] {
  if (node.op === '&&' || node.op === '||' || node.op === '?:') return node.args.flatMap(logicalParts);
  return node.op === '!_' ? logicalParts(node.args) : [node];
}

function typeFault(text: string, part: ASTNode, environment: Environment): Objection | null {
  const alone = partAlone(text, part, environment);
  if (alone === null) return null;
  const { valid, type, error } = alone.program.check();
  if (!valid) return { offset: alone.start + offsetOf(error), detail: toldBy(error) };
  // each of them is a truth value, or the condition is none
  return isTruth(type) ? null : { offset: part.start, detail: `it is of type \`${type}\`, not \`bool\`` };
}

/** Whether what has a type may be true or false. */
export const isTruth = (type: string | undefined): boolean => type === 'bool' || type === 'dyn';

/** A part by itself. The library's positions leave out parentheses at its edges: as many as belong to it are taken along. */
function partAlone(
  text: string,
  part: ASTNode,
  environment: Environment,
): { start: number; program: ReturnType<Environment['parse']> } | null {
  const bare = withoutLiterals(text, part);
  const ends = edges(text, part.end, 1);
  for (const start of edges(text, part.start, -1)) {
    const end = ends.find((one) => isBalanced(bare.slice(start, one)));
    const program = end === undefined ? null : parsed(text.slice(start, end), environment);
    if (program && isSame(program.ast, part)) return { start, program };
  }
  return null;
}

/** The same text with nothing in the place of each literal: there may be parentheses in it. */
function withoutLiterals(text: string, part: ASTNode): string {
  let bare = text;
  for (const { op, start, end } of everyPart(part))
    if (op === 'value') bare = `${bare.slice(0, start)}${' '.repeat(end - start)}${bare.slice(end)}`;
  return bare;
}

function isBalanced(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth += 1;
    else if (character === ')' && --depth < 0) return false;
  }
  return depth === 0;
}

/** Where a part can begin, or end: there, and behind each of the parentheses that follow, from the inside. */
function edges(text: string, from: number, step: 1 | -1): number[] {
  const found = [from];
  for (let at = from; ; at += step) {
    const character = step === 1 ? text.charAt(at) : text.charAt(at - 1);
    if (character === (step === 1 ? ')' : '(')) found.push(at + step);
    else if (character === '' || character.trim() !== '') return found;
  }
}

function parsed(text: string, environment: Environment): ReturnType<Environment['parse']> | null {
  try {
    const program = environment.parse(text);
    useOwnFunctions(program.ast);
    return program;
  } catch {
    return null;
  }
}
