import { Transform } from 'class-transformer';

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** A field of a stream entry whose text is a number as JSON writes it. Other text stays text, so that the property's own rule refuses it. */
export const NumberField = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && NUMBER.test(value) ? Number(value) : value,
  );
