import type { ASTNode, Environment, ParseResult } from '@marcbachmann/cel-js';
import { everyFault } from './condition-faults.js';
import type { Objection } from './condition-rules.js';
import { useOwnFunctions } from './own-functions.js';
import { callOf, everyPart, mayCall } from './syntax.js';

/** A condition that was parsed, and what its environment says of it. */
export interface TypeCheck {
  readonly type: string | undefined;
  /** Everything that is wrong with it, where it stands. */
  readonly faults: readonly Objection[];
}

/**
 * Checks the types of a condition.
 * @param objections what has been found already; types are not looked at there
 */
export function typeCheck(
  environment: Environment,
  text: string,
  program: ParseResult,
  objections: readonly Objection[] = [],
): TypeCheck {
  if (mayCall(text)) useOwnFunctions(program.ast);
  const { valid, type, error } = program.check();
  const faults = valid && objections.length === 0 ? [] : everyFault(text, program.ast, objections, error, environment);
  return { type, faults: distinct([...faults, ...faultsInHas(environment, text, program.ast, objections)]) };
}

/**
 * The library does not look at what `has` is asked for, and a field that there can never be is never there: a condition would be false
 * for ever. `dyn` is as long a word, and its argument is checked.
 */
function faultsInHas(
  environment: Environment,
  text: string,
  root: ASTNode,
  objections: readonly Objection[],
): readonly Objection[] {
  if (!text.includes('has')) return [];
  const asked = everyPart(root).filter((node) => {
    const call = node.op === 'call' ? callOf(node) : null;
    return call?.name === 'has' && call.args.length === 1; // another number of them has been told
  });
  if (asked.length === 0) return [];
  const rewritten = asked.reduce((left, { start }) => `${left.slice(0, start)}dyn${left.slice(start + 3)}`, text);
  const program = environment.parse(rewritten);
  useOwnFunctions(program.ast);
  const { valid, error } = program.check();
  return valid ? [] : everyFault(rewritten, program.ast, objections, error, environment);
}

function distinct(faults: Objection[]): Objection[] {
  if (faults.length < 2) return faults;
  const byName = new Map(faults.map((fault) => [`${fault.offset} ${fault.detail}`, fault]));
  return [...byName.values()].sort((a, b) => a.offset - b.offset);
}
