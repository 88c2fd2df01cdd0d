import { applyDecorators } from '@nestjs/common';
import { registerDecorator } from 'class-validator';
import { JsonField, Verbatim } from './json-field.js';
import { isPlainText } from './text.js';

/** A JSON object of at most `maxBytes` bytes as it would be written, kept as it came. */
export const IsBoundedObject = (maxBytes: number): PropertyDecorator =>
  applyDecorators(Verbatim(), boundedObject(maxBytes));

/** The same as the text of a stream entry's field. */
export const IsBoundedObjectField = (maxBytes: number): PropertyDecorator =>
  applyDecorators(JsonField(), boundedObject(maxBytes));

const boundedObject =
  (maxBytes: number): PropertyDecorator =>
  (target, property) =>
    registerDecorator({
      name: 'isBoundedObject',
      target: target.constructor,
      propertyName: String(property),
      validator: {
        validate: (value: unknown) => isObject(value) && Buffer.byteLength(JSON.stringify(value)) <= maxBytes,
        defaultMessage: () => `must be an object of at most ${maxBytes} bytes as JSON`,
      },
    });

const MAX_LABELS = 50;
const MAX_LABEL_VALUE = 200;
export const LABEL_KEY_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/;

/** Labels as Kubernetes writes them: short keys, short texts. Kept as they came. */
export const IsLabels = (): PropertyDecorator => applyDecorators(Verbatim(), labels());

const labels = (): PropertyDecorator => (target, property) =>
  registerDecorator({
    name: 'isLabels',
    target: target.constructor,
    propertyName: String(property),
    validator: {
      validate: (value: unknown) =>
        isObject(value) && Object.keys(value).length <= MAX_LABELS && Object.entries(value).every(isLabel),
      defaultMessage: () =>
        `must be an object of at most ${MAX_LABELS} texts of at most ${MAX_LABEL_VALUE} characters each, its keys made of letters, digits, \`.\`, \`_\`, \`/\` and \`-\``,
    },
  });

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isLabel = ([key, value]: [string, unknown]): boolean =>
  LABEL_KEY_PATTERN.test(key) && typeof value === 'string' && value.length <= MAX_LABEL_VALUE && isPlainText(value);
