import type { ASTNode, Environment } from '@marcbachmann/cel-js';
import { ATTRIBUTES } from './attributes.js';
import { offsetOf, toldBy } from './cel-errors.js';
import type { Objection } from './condition-rules.js';
import { useOwnFunctions } from './own-functions.js';

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

function typeFault(text: string, { start, end }: ASTNode, environment: Environment): Objection | null {
  const program = parsed(text.slice(start, end), environment);
  if (program === null) return null; // the library's positions leave out parentheses at the edges
  const { valid, error } = program.check();
  return valid ? null : { offset: start + offsetOf(error), detail: toldBy(error) };
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
