import { registerDecorator, type ValidationArguments } from 'class-validator';
import { isStorableText } from './json-field.js';

export interface TextOptions {
  /** Fewest characters. Default 1. */
  min?: number;
  /** Line breaks and tabs are welcome, as in a prompt. */
  lines?: boolean;
}

const CONTROL = /\p{Cc}/u;
const LINES = /[\t\n\r]/g;

/** True for text that Postgres, logs and terminals take as it is: well-formed Unicode without control characters. */
export const isPlainText = (value: string, lines = false): boolean =>
  isStorableText(value) && !CONTROL.test(lines ? value.replace(LINES, '') : value);

/** A string of `min` to `max` characters without control characters. */
export const IsText =
  (max: number, { min = 1, lines = false }: TextOptions = {}): PropertyDecorator =>
  (target, property) =>
    registerDecorator({
      name: 'isText',
      target: target.constructor,
      propertyName: String(property),
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' && value.length >= min && value.length <= max && isPlainText(value, lines),
        defaultMessage: (_: ValidationArguments | undefined) =>
          `must be text of ${min} to ${max} characters without control characters`,
      },
    });
