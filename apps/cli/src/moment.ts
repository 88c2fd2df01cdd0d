import { InvalidArgumentError } from 'commander';

const SPAN = /^(\d+)(m|h|d)$/;
const MILLISECONDS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** @throws InvalidArgumentError unless it is a span, e.g. `24h`, or a time in ISO 8601 with its zone */
export function moment(given: string): string {
  const isTime = /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(given) && !Number.isNaN(Date.parse(given));
  if (!SPAN.test(given) && !isTime) throw new InvalidArgumentError('must be like 90m, 24h, 7d or 2026-03-01T00:00:00Z');
  return given;
}

/** The time it stands for, in ISO 8601. */
export function momentOf(given: string): string {
  const [, number, unit] = SPAN.exec(given) ?? [];
  if (unit === undefined) return given;
  return new Date(Date.now() - Number(number) * MILLISECONDS[unit as keyof typeof MILLISECONDS]).toISOString();
}
