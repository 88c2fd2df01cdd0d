import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { misfitOf, type ContextSchema } from './action-schema.js';
import { checkContextSchema } from './check-context-schema.js';

const object = (properties: object, more: object = {}): object => ({ type: 'object', properties, ...more });
const nested = (levels: number): object => (levels === 0 ? { type: 'string' } : object({ a: nested(levels - 1) }));

describe('the schema of a context', () => {
  test('is given back as it is', () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'A mail',
      ...object(
        {
          to: { type: 'string', enum: ['ada', 'bob'], description: 'Who gets it.' },
          count: { type: 'integer', enum: [1, 2] },
          lines: { type: 'array', items: object({ text: { type: 'string' } }, { additionalProperties: false }) },
          anything: {},
        },
        { required: ['to'] },
      ),
    };
    expect(checkContextSchema(schema)).toEqual({ schema, faults: [] });
  });

  test.each<[unknown, string, string]>([
    [5, '', 'must be an object'],
    [{ type: 'array' }, '/type', 'must be `object`: a context is one'],
    [{}, '/type', 'must be `object`: a context is one'],
    [{ type: ['object', 'null'] }, '/type', expect.stringContaining('must be one of `object`') as never],
    [object({ a: { type: 'null' } }), '/properties/a/type', expect.stringContaining('must be one of') as never],
    [object({ a: 5 }), '/properties/a', 'must be an object'],
    [
      object({ 'a/b': { type: 'string', pattern: '^x' } }),
      '/properties/a~1b/pattern',
      'is not known here; there are type, title, description, enum',
    ],
    [object({ a: { $ref: '#/x' } }), '/properties/a/$ref', expect.stringContaining('is not known here') as never],
    [object({ a: { type: 'string', enum: [] } }), '/properties/a/enum', 'must be a list of 1 to 100 values'],
    [object({ a: { type: 'string', enum: ['x', 5] } }), '/properties/a/enum/1', 'must be of the type `string`'],
    [object({ a: { type: 'integer', enum: [1.5] } }), '/properties/a/enum/0', 'must be of the type `integer`'],
    [object({}, { required: ['b'] }), '/required/0', '`b` is not in `properties`'],
    [object({}, { required: 'b' }), '/required', expect.stringContaining('must be a list') as never],
    [object({}, { additionalProperties: {} }), '/additionalProperties', 'must be `true` or `false`'],
    [{ type: 'object', properties: [] }, '/properties', 'must be an object'],
    [object({ constructor: {} }), '/properties/constructor', expect.stringContaining('called something else') as never],
    [{ type: 'object', $schema: 'http://json-schema.org/draft-07/schema#' }, '/$schema', expect.any(String) as never],
    [nested(9), `${'/properties/a'.repeat(9)}`, 'must not be nested deeper than 8 levels'],
  ])('%j is refused', (schema, pointer, detail) => {
    expect(checkContextSchema(schema)).toEqual({
      schema: null,
      faults: expect.arrayContaining([expect.objectContaining({ pointer, detail })]),
    });
  });

  test('is refused with all its faults at once', () => {
    const { faults } = checkContextSchema(object({ a: { type: 'text' }, b: { type: 'string', format: 'email' } }));
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/properties/a/type', '/properties/b/format']);
  });

  test('may not be endless', () => {
    const many = Object.fromEntries(Array.from({ length: 600 }, (_, number) => [`m${number}`, { type: 'string' }]));
    expect(checkContextSchema(object(many)).faults).toHaveLength(1);
  });
});

const NAMES = ['a', 'b', 'toString', 'x-y'];
const schemas: fc.Arbitrary<ContextSchema> = fc.letrec<{ any: ContextSchema; object: ContextSchema }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<ContextSchema>(
      {},
      { type: 'string' },
      { type: 'string', enum: ['x', ''] },
      { type: 'number' },
      { type: 'integer' },
      { type: 'integer', enum: [0, 1] },
      { type: 'boolean' },
      { type: 'array' },
    ),
    tie('any').map((items) => ({ type: 'array' as const, items })),
    tie('object'),
  ),
  object: fc
    .record(
      {
        properties: fc.dictionary(fc.constantFrom(...NAMES), tie('any'), { maxKeys: 3 }),
        additionalProperties: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    .chain(({ properties, ...more }) =>
      fc
        .subarray(Object.keys(properties ?? {}))
        .map((required) => ({ type: 'object' as const, ...(properties && { properties }), required, ...more })),
    ),
})).object;
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>('x', '', 0, 1, 1.5, -3, true, false, null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...NAMES, 'other'), tie('value'), { maxKeys: 4 }),
  ),
})).value;

test('whatever the schema, a context fits it exactly when a validator of JSON Schema says so', () => {
  let fitting = 0;
  fc.assert(
    fc.property(schemas, values, (input, context) => {
      const { schema } = checkContextSchema(input);
      if (!schema) throw new Error('it was generated as a sound one');
      const validate = new Ajv2020({ strict: false, ownProperties: true }).compile(input);
      const fits = misfitOf(schema, context) === null;
      expect(fits).toBe(validate(context));
      if (fits) fitting += 1;
    }),
    { numRuns: 150 },
  );
  expect(fitting).toBeGreaterThan(5);
});
