import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import type { InputFault } from '@agion/wire';
import { ValidationFailedError } from './domain-error.js';

type DtoClass<T extends object> = new (...args: never[]) => T;

/** What class-transformer and class-validator are told everywhere: nothing unknown passes, nothing is guessed. */
const TRANSFORM = { exposeDefaultValues: true } as const;
const VALIDATE = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  stopAtFirstError: false,
} as const;

/**
 * An instance of the class made from untrusted input.
 * @param at JSON pointer the faults are relative to: '' for a body, `/query` for a query string
 * @throws ValidationFailedError with one entry for each fault
 */
export function validated<T extends object>(dto: DtoClass<T>, input: unknown, at = ''): T {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new ValidationFailedError([{ pointer: at, detail: 'must be a JSON object' }]);
  }
  const instance = plainToInstance(dto as new () => T, input, {
    ...TRANSFORM,
    enableImplicitConversion: at === '/query',
  });
  const faults = validateSync(instance, VALIDATE).flatMap((error) => faultsOf(error, at));
  if (faults.length > 0) throw new ValidationFailedError(faults);
  return instance;
}

/** Lenient form for stream entries: unknown fields are ignored, as the wire contract says. */
export function validatedEntry<T extends object>(dto: DtoClass<T>, fields: object): T {
  const instance = plainToInstance(dto as new () => T, fields, TRANSFORM);
  const faults = validateSync(instance, { whitelist: true }).flatMap((error) => faultsOf(error, ''));
  if (faults.length > 0) throw new ValidationFailedError(faults);
  return instance;
}

function faultsOf(error: ValidationError, at: string): InputFault[] {
  const pointer = `${at}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const own = [...new Set(Object.values(error.constraints ?? {}))].map((rule): InputFault => {
    const unknown = /should not exist$/.test(rule);
    const detail = unknown
      ? 'is not a known field'
      : rule.replace(new RegExp(`^(each value in )?${escape(error.property)} `), '$1');
    return { pointer, detail };
  });
  return [...own, ...(error.children ?? []).flatMap((child) => faultsOf(child, pointer))];
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Validates bodies and queries whose parameter type is a DTO class; leaves everything else alone. */
@Injectable()
export class ValidationPipe implements PipeTransform {
  transform(value: unknown, { metatype, type }: ArgumentMetadata): unknown {
    if (type === 'custom' || !metatype || isPlain(metatype)) return value;
    return validated(metatype as DtoClass<object>, value ?? {}, type === 'body' ? '' : `/${type}`);
  }
}

const isPlain = (metatype: unknown): boolean => [String, Number, Boolean, Array, Object].includes(metatype as never);
