import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { checkPolicy, policySchema } from '../src/index.js';
import { OBLIGATION_LIMITS } from '../src/obligation.js';
import { POLICY_LIMITS } from '../src/policy-limits.js';
import { documentOf, policyCases } from './case-table.js';
import { mutated, WHOLE } from './mutated-documents.js';

const ajv = new Ajv2020({ strict: true, allErrors: true });
const fits = ajv.compile(policySchema());

/** Whether the checker minds the form of a document: not what a condition says. */
const hasFault = (document: unknown): boolean =>
  checkPolicy(document).faults.some(
    ({ pointer, detail }) => pointer !== '/spec/condition' || detail.startsWith('must be a CEL expression'),
  );

const withSpec = (spec: object): unknown => ({ ...WHOLE, spec: { ...WHOLE.spec, ...spec } });
const withMetadata = (more: object): unknown => ({ ...WHOLE, metadata: { id: 'a', ...more } });
const withScope = (more: object): unknown => withSpec({ scope: { ...WHOLE.spec.scope, ...more } });
const withTest = (more: object): unknown => withSpec({ tests: [{ ...WHOLE.spec.tests[1], ...more }] });
const withUser = (user: object): unknown => withTest({ input: { user: { id: 'ada', role: 'admin', ...user } } });
const many = (count: number, one: unknown): unknown[] => Array.from({ length: count }, () => one);

/** What is limited, the limit, and a document with so much of it. */
const LIMITED: [what: string, most: number, documentWith: (count: number) => unknown][] = [
  ['the id', 63, (count) => withMetadata({ id: 'a'.repeat(count) })],
  ['the name', POLICY_LIMITS.name, (count) => withMetadata({ name: '\u{1f600}'.repeat(count) })],
  ['labels', POLICY_LIMITS.labels, (count) => withMetadata({ labels: Object.fromEntries(many(count, 0).map((_, index) => [index, 'a'])) })], // prettier-ignore
  ['a label', POLICY_LIMITS.label, (count) => withMetadata({ labels: { a: 'é'.repeat(count) } })],
  ['the priority', POLICY_LIMITS.priority, (count) => withSpec({ priority: count })],
  ['agents', POLICY_LIMITS.patterns, (count) => withScope({ agents: many(count, 'demo:*') })],
  ['actions', POLICY_LIMITS.patterns, (count) => withScope({ actions: many(count, 'a') })],
  ['resources', POLICY_LIMITS.patterns, (count) => withScope({ resources: many(count, 'a') })],
  ['a pattern', POLICY_LIMITS.pattern, (count) => withScope({ agents: ['a'.repeat(count)] })],
  ['a pattern of others', POLICY_LIMITS.pattern, (count) => withScope({ resources: ['\u{1f600}'.repeat(count)] })],
  ['`*` in a pattern', POLICY_LIMITS.stars, (count) => withScope({ actions: ['a*'.repeat(count)] })],
  ['obligations', OBLIGATION_LIMITS.obligations, (count) => withSpec({ obligations: many(count, { type: 'log' }) })],
  ['a path', OBLIGATION_LIMITS.path, (count) => withSpec({ obligations: [{ type: 'redact', path: 'context.'.padEnd(count, 'a') }] })], // prettier-ignore
  ['names in a path', OBLIGATION_LIMITS.names, (count) => withSpec({ obligations: [{ type: 'redact', path: `context${'.a'.repeat(count)}` }] })], // prettier-ignore
  ['a line', OBLIGATION_LIMITS.message, (count) => withSpec({ obligations: [{ type: 'log', message: 'a'.repeat(count) }] })], // prettier-ignore
  ['the message', POLICY_LIMITS.message, (count) => withSpec({ message: 'a'.repeat(count) })],
  ['tests', POLICY_LIMITS.tests, (count) => withSpec({ tests: many(count, WHOLE.spec.tests[1]) })],
  ['the name of a test', POLICY_LIMITS.testName, (count) => withTest({ name: 'a'.repeat(count) })],
  ['the id of a user', POLICY_LIMITS.userText, (count) => withUser({ id: 'a'.repeat(count) })],
  ['the role of a user', POLICY_LIMITS.userText, (count) => withUser({ role: 'a'.repeat(count) })],
];

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

  test.each(LIMITED)('has the limit of %s as the checker has it: %d', (_, most, documentWith) => {
    const [atMost, tooMuch] = [documentWith(most), documentWith(most + 1)];
    expect([fits(atMost), hasFault(atMost), fits(tooMuch), hasFault(tooMuch)]).toEqual([true, false, false, true]);
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
