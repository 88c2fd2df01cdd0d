import { Transform } from 'class-transformer';

/** A number as JSON writes it. */
export const NUMBER_PATTERN = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** A field of a stream entry whose text is a number as JSON writes it. Other text stays text, so that the property's own rule refuses it. */
export const NumberField = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && NUMBER_PATTERN.test(value) ? Number(value) : value,
  );
