import { withWrittenNames } from './own-functions.js';

const LONGEST = 200;
/** What the library calls by the names of its settings. */
const EXCEEDED = /^exceeded max(\w+) \((\d+)\)$/i;
const LIMITED: Readonly<Record<string, string>> = {
  AstNodes: 'names, values and operators, together',
  Depth: 'levels of nesting',
  ListElements: 'elements in a list',
  MapEntries: 'entries in a map',
  CallArguments: 'arguments in a call',
};

/** Errors of the CEL library, and of reading attributes, as our own: one short line, lower case. */
export function toldBy(error: unknown): string {
  if (error instanceof RangeError && error.message.includes('call stack')) return 'it is nested too deeply';
  const { summary, message } = (error ?? {}) as { summary?: unknown; message?: unknown };
  const said = [summary, message].find((text) => typeof text === 'string') ?? 'it cannot be evaluated';
  const line = withWrittenNames(plainly(said.split('\n', 1)[0] ?? ''));
  const short = line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
  return short.charAt(0).toLowerCase() + short.slice(1);
}

function plainly(line: string): string {
  const [, limit = '', most] = EXCEEDED.exec(line) ?? [];
  const what = LIMITED[limit];
  return what === undefined ? line : `it has more than ${most} ${what}`;
}

/** Where in the text an error of the CEL library stands; at the beginning when it does not say. */
export function offsetOf(error: unknown): number {
  return (error as { range?: { start?: number } } | null | undefined)?.range?.start ?? 0;
}
