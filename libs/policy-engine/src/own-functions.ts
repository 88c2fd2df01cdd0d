import type { ASTNode, Environment } from '@marcbachmann/cel-js';
import { CLOCKS } from './local-time.js';
import { callOf, everyPart } from './syntax.js';

/** Letters of ASCII only: others may become ASCII, as the Kelvin sign does, or two characters. */
const CASES = new Map<string, (text: string) => string>([
  ['lowerAscii', (text) => text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())],
  ['upperAscii', (text) => text.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase())],
]);

const SUFFIX = 'Own';

/** Adds a function beside each of the library's that does something else than CEL says, or than another machine would. */
export function withOwnFunctions(environment: Environment): Environment {
  for (const [name, read] of CLOCKS)
    environment.registerFunction(`google.protobuf.Timestamp.${name}${SUFFIX}(string): int`, read);
  for (const [name, change] of CASES) environment.registerFunction(`string.${name}${SUFFIX}(): string`, change);
  return environment;
}

/** Makes an expression that has just been parsed call them. */
export function useOwnFunctions(root: ASTNode): void {
  for (const node of everyPart(root)) {
    const call = callOf(node);
    if (node.op === 'rcall' && call && takenOver(call.args.length).has(call.name))
      (node.args as unknown[])[0] = `${call.name}${SUFFIX}`;
  }
}

/** By how many arguments they have: the getters of times without a zone stay as they are. */
const takenOver = (args: number): ReadonlyMap<string, unknown> => (args === 0 ? CASES : args === 1 ? CLOCKS : NOTHING);
const NOTHING = new Map<string, unknown>();

/** Whether a function is one of them: conditions are not to name it themselves. */
export const isOwnFunction = (name: string): boolean => writtenName(name) !== name;

/** The name that authors know a function by. */
export function writtenName(name: string): string {
  const written = name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : name;
  return CLOCKS.has(written) || CASES.has(written) ? written : name;
}

/** What the library says, with the names that authors know. */
export const withWrittenNames = (text: string): string =>
  text.replaceAll(new RegExp(`\\b(\\w+)${SUFFIX}\\b`, 'g'), (name) => writtenName(name));
