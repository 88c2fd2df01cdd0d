import { ValidateBy, type ValidationOptions } from 'class-validator';

const INSTANT = /^((\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?$/;

/** The moment an ISO 8601 text names, or `null` when it names none. Without an offset it is UTC, as all times of the wire are. */
export function parseInstant(text: string): Date | null {
  const [, time, day, offset] = INSTANT.exec(text) ?? [];
  if (time === undefined || day === undefined) return null;
  const instant = new Date(`${time}${offset ?? 'Z'}`);
  return Number.isNaN(instant.getTime()) || !isDay(day) ? null : instant;
}

/** `Date` takes the 30th of February for the 2nd of March. */
const isDay = (day: string): boolean => new Date(day).toISOString().startsWith(day);

/** Accepts what `parseInstant` reads. */
export const IsInstant = (options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isInstant',
      validator: {
        validate: (value): boolean => typeof value === 'string' && parseInstant(value) !== null,
        defaultMessage: (): string => 'must be an ISO 8601 time such as `2026-01-31T12:00:00Z`',
      },
    },
    options,
  );
