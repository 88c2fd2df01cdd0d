/** A moment as the clocks of a time zone show it. */
interface LocalTime {
  year: number;
  /** From 1, as the day. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
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
  ['getMilliseconds', ({ millisecond }) => millisecond],
]);

/**
 * The library's functions that take a time zone, done otherwise. Its own go through the machine's zone, and so are an hour off where that
 * leaves one out in spring: two machines would decide differently.
 */
export const CLOCKS: ReadonlyMap<string, (at: Date, zone: string) => bigint> = new Map(
  [...GETTERS].map(([name, read]) => [name, (at, zone) => BigInt(read(localTime(at, zone)))]),
);

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
    millisecond: at.getUTCMilliseconds(),
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
