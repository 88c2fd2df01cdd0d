import type { Problem } from '@agion/wire';
import type { IncomingAnswer } from './transport.js';

/** The problem of an answer; made up from its status when something in between has answered without one. */
export function problemOf(
  { status, statusText }: Pick<IncomingAnswer, 'status' | 'statusText'>,
  text: string,
): Problem {
  const body = parsed(text);
  const title = statusText || `status ${status}`;
  return { type: 'about:blank', title, ...body, status };
}

/** Milliseconds from a `Retry-After`, in seconds or as a date; undefined without one. */
export function retryAfterMs(text: string | null, now: number = Date.now()): number | undefined {
  if (text === null) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

function parsed(text: string): Partial<Problem> {
  try {
    const value: unknown = JSON.parse(text);
    const isProblem =
      typeof value === 'object' && value !== null && 'title' in value && typeof value.title === 'string';
    return isProblem ? (value as Partial<Problem>) : {};
  } catch {
    return {};
  }
}
