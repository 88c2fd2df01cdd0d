import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { holds } from '../src/claim.js';
import { compilePolicies, evaluate, explain, remedyText, type PolicyRequest, type Remedy } from '../src/index.js';
import { active, condition, policies, request } from './arbitraries.js';

const one = fc.constantFrom;
const number = fc.oneof(
  one(0, 0.5, 1, 100, 250, 499, 500, 501, 1e6),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const word = fc.oneof(one('eu', 'us', 'jp', ''), fc.string({ maxLength: 4 }));
const amount = fc
  .tuple(one('context.amount', 'arguments.amount'), one('<', '<=', '>', '>=', '==', '!='), one('100', '250.5', '500'))
  .map((parts) => parts.join(' '));
const simple = fc.oneof(
  amount,
  amount.map((text) => `!(${text})`),
  fc.tuple(one('==', '!='), one('"eu"', '"us"')).map(([is, region]) => `context.region ${is} ${region}`),
  one('context.region in ["eu", "jp"]', '!(context.region in ["us"])', 'context.flag', '!context.flag'),
  one('agent.trust >= 0.7', 'agent.trust < 0.9', '0.2 < agent.trust'),
);
const terms = fc
  .tuple(
    fc.array(
      fc.oneof({ weight: 6, arbitrary: simple }, { weight: 1, arbitrary: condition.map((text) => `(${text})`) }),
      { minLength: 1, maxLength: 3 },
    ),
    one(' && ', ' || '),
  )
  .map(([some, op]) => some.join(op));

const scope = { agents: ['*'], actions: ['*'], resources: ['*'] };
const simplePolicies = fc
  .array(fc.record({ effect: one('allow', 'deny'), condition: terms }), { minLength: 1, maxLength: 4 })
  .map((specs) =>
    specs.map((spec, index) => active({ metadata: { id: `p${index}` }, spec: { ...spec, scope, priority: 500 } })),
  );
const simpleRequest = fc
  .tuple(
    request,
    fc.record({ amount: number, region: word, flag: fc.boolean() }, { requiredKeys: [], noNullPrototype: true }),
  )
  .map(([asked, context]) => ({ ...asked, context }));

/** A request with other values for what a remedy is about, each of which it holds for. */
function remedied(asked: PolicyRequest, remedy: Remedy, values: readonly (number | string | boolean)[]): PolicyRequest {
  const changed = {
    ...asked,
    agent: { ...asked.agent },
    context: { ...asked.context },
    arguments: { ...asked.arguments },
  };
  for (const claim of remedy) {
    const near = claim.values.flatMap((value) =>
      typeof value === 'number' ? [value - 1, value + 1, value / 2, (value + 1) / 2] : [],
    );
    const value = [...values, ...claim.values, ...near, 'none'].find((some) => holds(claim, some));
    if (value === undefined) throw new Error(`nothing is ${remedyText([claim])}`);
    Object.assign(changed[claim.owner], { [claim.field]: value });
  }
  return changed;
}

test('whatever an explanation says would have a request allowed, has it allowed with any such values', () => {
  const values = fc.array(fc.oneof(number, fc.double({ min: 0, max: 1, noNaN: true }), word, fc.boolean()), {
    minLength: 12,
    maxLength: 12,
  });
  let ranges = 0;
  fc.assert(
    fc.property(
      fc.oneof({ weight: 4, arbitrary: simplePolicies }, { weight: 1, arbitrary: policies }),
      fc.oneof({ weight: 4, arbitrary: simpleRequest }, { weight: 1, arbitrary: request }),
      one('allow' as const, 'deny' as const),
      fc.array(values, { minLength: 5, maxLength: 5 }),
      (all, asked, defaultEffect, tries) => {
        const set = compilePolicies(all, { revision: 1, defaultEffect });
        const { decision, remedies } = explain(set, asked);
        if (decision.allowed) expect(remedies).toEqual([]);
        for (const remedy of remedies) {
          if (remedy.some(({ is }) => is !== '==')) ranges++;
          for (const some of tries) {
            const { allowed } = evaluate(set, remedied(asked, remedy, some));
            expect([remedyText(remedy), some, allowed]).toEqual([remedyText(remedy), some, true]);
          }
        }
      },
    ),
    { numRuns: 1_500 },
  );
  expect(ranges).toBeGreaterThan(150);
});
