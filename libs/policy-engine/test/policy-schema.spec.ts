import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { checkPolicy, policySchema } from '../src/index.js';
import { documentOf, policyCases } from './case-table.js';
import { mutated, WHOLE } from './mutated-documents.js';

const ajv = new Ajv2020({ strict: true, allErrors: true });
const fits = ajv.compile(policySchema());

/** Whether the checker minds the form of a document: not what a condition says. */
const hasFault = (document: unknown): boolean =>
  checkPolicy(document).faults.some(
    ({ pointer, detail }) => pointer !== '/spec/condition' || detail.startsWith('must be a CEL expression'),
  );

describe('the JSON Schema of policies', () => {
  test('is a JSON Schema, and describes everything that can be written', () => {
    expect(ajv.validateSchema(policySchema())).toBe(true);
    const undescribed = [...described(policySchema(), '')].filter(([, has]) => !has).map(([path]) => path);
    expect(undescribed.filter((path) => !/\/(type|input\/(action|resource|mission|env)\/.*)$/.test(path))).toEqual([]);
  });

  test('fits a policy that says all there is, and every policy of the cases', () => {
    expect([fits(WHOLE), hasFault(WHOLE)]).toEqual([true, false]);
    for (const policy of policyCases().flatMap(({ policies }) => policies)) {
      const document = documentOf(policy);
      expect([document, fits(document)]).toEqual([document, !hasFault(document)]);
    }
  });

  test('fits exactly the documents whose form the checker does not mind', () => {
    const seen = { fitting: 0, others: 0 };
    fc.assert(
      fc.property(mutated(WHOLE), (document) => {
        const isFitting = fits(document);
        const { faults } = checkPolicy(document);
        seen[isFitting ? 'fitting' : 'others'] += 1;
        expect({ isFitting, faults }).toEqual({ isFitting: !hasFault(document), faults });
      }),
      { numRuns: 4_000 },
    );
    expect(Math.min(seen.fitting, seen.others)).toBeGreaterThan(500);
  });
});

/** Each member that has a schema, and whether it is said what it is. */
function* described(schema: unknown, path: string): Generator<[string, boolean]> {
  if (typeof schema !== 'object' || schema === null) return;
  const { properties = {}, items, anyOf = [], oneOf = [] } = schema as Record<string, object>;
  for (const [name, member] of Object.entries(properties)) {
    yield [`${path}/${name}`, 'description' in member];
    yield* described(member, `${path}/${name}`);
  }
  for (const part of [items, ...Object.values(anyOf), ...Object.values(oneOf)]) yield* described(part, path);
}
