import { applyDecorators } from '@nestjs/common';
import { Transform, Type as Convert } from 'class-transformer';
import { IsArray, ValidateNested } from 'class-validator';

/**
 * A list of at most `max` objects of a class. One that is too long becomes a text before any rule runs, so that it is refused
 * for its length and nothing in it is looked at.
 */
export function IsObjectList(type: () => new () => object, max: number): PropertyDecorator {
  const message = `must be a list of at most ${max} objects`;
  return applyDecorators(
    Convert(type),
    Transform(({ value }: { value: unknown }) =>
      Array.isArray(value) && value.length > max ? `a list of ${value.length}` : value,
    ),
    IsArray({ message }),
    ValidateNested({ each: true, message }),
  );
}
