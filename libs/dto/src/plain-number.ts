import { Transform } from 'class-transformer';

const INTEGER = /^(0|[1-9]\d*)$/;
const SIGNED = /^-?(0|[1-9]\d*)(\.\d+)?$/;
const NUMBER = /^(0|[1-9]\d*)(\.\d+)?$/;

/** Reads what was sent, not `value`: queries are converted implicitly before a transformation sees them. */
const read = (pattern: RegExp): PropertyDecorator =>
  Transform(({ obj, key, value }: { obj: Record<string, unknown>; key: string; value: unknown }) => {
    const sent = Object.hasOwn(obj, key) ? obj[key] : value;
    return typeof sent === 'string' && pattern.test(sent) ? Number(sent) : sent;
  });

/** A whole number in a path or query, in plain decimal digits. Anything else stays text, so that `@IsInt()` refuses it. */
export const PlainInteger = (): PropertyDecorator => read(INTEGER);

/** The same with a fraction and a sign, for `@IsNumber()`. */
export const SignedNumber = (): PropertyDecorator => read(SIGNED);

/** The same with a fraction, for `@IsNumber()`. */
export const PlainNumber = (): PropertyDecorator => read(NUMBER);
