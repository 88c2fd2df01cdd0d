import { registerDecorator, type ValidationArguments } from 'class-validator';

export interface UniqueList {
  /** Most texts. */
  max: number;
  /** What each text must look like. */
  pattern: RegExp;
  /** The same in words, after `each must be`. */
  each: string;
}

/** A list of at most `max` different texts. Its length is looked at before anything in it, and each text once. */
export const IsUniqueList =
  (rule: UniqueList): PropertyDecorator =>
  (target, property) =>
    registerDecorator({
      name: 'isUniqueList',
      target: target.constructor,
      propertyName: String(property),
      validator: {
        validate: (value: unknown) => faultOf(value, rule) === undefined,
        defaultMessage: (about?: ValidationArguments) => faultOf(about?.value, rule) ?? 'is not acceptable',
      },
    });

function faultOf(value: unknown, { max, pattern, each }: UniqueList): string | undefined {
  if (!Array.isArray(value)) return 'must be a list';
  if (value.length > max) return `must hold at most ${max}, it holds ${value.length}`;
  if (!value.every((item) => typeof item === 'string' && pattern.test(item))) return `each must be ${each}`;
  return new Set(value).size < value.length ? 'must not name one twice' : undefined;
}
