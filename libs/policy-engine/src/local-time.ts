import type { ASTNode, Environment } from '@marcbachmann/cel-js';
import { callOf, everyPart } from './syntax.js';

/** A moment as the clocks of a time zone show it. */
interface LocalTime {
  year: number;
  /** From 1, as the day. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

/** What CEL counts from 0 and what from 1 is settled by its specification. */
const GETTERS = new Map<string, (time: LocalTime) => number>([
  ['getFullYear', ({ year }) => year],
  ['getMonth', ({ month }) => month - 1],
  ['getDate', ({ day }) => day],
  ['getDayOfMonth', ({ day }) => day - 1],
  ['getDayOfWeek', ({ year, month, day }) => new Date(Date.UTC(year, month - 1, day)).getUTCDay()],
  ['getHours', ({ hour }) => hour],
  ['getMinutes', ({ minute }) => minute],
  ['getSeconds', ({ second }) => second],
]);

const SUFFIX = 'In';

/**
 * Adds a function beside each of the library's that take a time zone. Those go through the machine's own zone, and so are an hour off
 * where that zone leaves one out in spring: two machines would decide differently.
 */
export function withLocalTime(environment: Environment): Environment {
  for (const [name, read] of GETTERS)
    environment.registerFunction(
      `google.protobuf.Timestamp.${name}${SUFFIX}(string): int`,
      (at: Date, zone: string): bigint => BigInt(read(localTime(at, zone))),
    );
  return environment;
}

/** Makes an expression that has just been parsed call them. */
export function useLocalTime(root: ASTNode): void {
  for (const node of everyPart(root)) {
    const call = callOf(node);
    if (node.op === 'rcall' && call?.args.length === 1 && GETTERS.has(call.name))
      (node.args as unknown[])[0] = `${call.name}${SUFFIX}`;
  }
}

/** Whether a function is one of them: conditions are not to name it themselves. */
export const isLocalTime = (name: string): boolean =>
  name.endsWith(SUFFIX) && GETTERS.has(name.slice(0, -SUFFIX.length));

/** What the library says, with the names that authors know. */
export const withOwnNames = (text: string): string =>
  text.replaceAll(new RegExp(`\\b(get[A-Z]\\w+)${SUFFIX}\\b`, 'g'), '$1');

/** Zones come from policies and, through `context`, from callers: there is an end to what is kept. */
const MOST_ZONES = 100;
const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError for a time zone nobody knows */
function localTime(at: Date, zone: string): LocalTime {
  const parts = formatOf(zone).formatToParts(at);
  const of = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((part) => part.type === type)?.value);
  return {
    year: of('year'),
    month: of('month'),
    day: of('day'),
    hour: of('hour'),
    minute: of('minute'),
    second: of('second'),
  };
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    if (formats.size >= MOST_ZONES) formats.clear();
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}
