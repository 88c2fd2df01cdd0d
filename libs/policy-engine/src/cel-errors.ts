import { withWrittenNames } from './own-functions.js';

const LONGEST = 200;

/** Errors of the CEL library, and of reading attributes, as our own: one short line, lower case. */
export function toldBy(error: unknown): string {
  if (error instanceof RangeError && error.message.includes('call stack')) return 'it is nested too deeply';
  const { summary, message } = (error ?? {}) as { summary?: unknown; message?: unknown };
  const said = [summary, message].find((text) => typeof text === 'string') ?? 'it cannot be evaluated';
  const line = withWrittenNames(said.split('\n', 1)[0] ?? '');
  const short = line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
  return short.charAt(0).toLowerCase() + short.slice(1);
}

/** Where in the text an error of the CEL library stands; at the beginning when it does not say. */
export function offsetOf(error: unknown): number {
  return (error as { range?: { start?: number } } | null | undefined)?.range?.start ?? 0;
}
