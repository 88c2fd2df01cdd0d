import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Attributes } from '../src/attributes.js';
import { compileCondition } from '../src/condition.js';
import {
  checkPolicy,
  compilePolicies,
  evaluate,
  explain,
  runPolicyTests,
  type PolicyRequest,
  type VersionedPolicy,
} from '../src/index.js';
import { active, condition, data, document, policies, request } from './arbitraries.js';

const OPTIONS = { revision: 1, defaultEffect: 'deny' } as const;
const RUNS = { numRuns: 600 };

const decide = (all: readonly VersionedPolicy[], asked: PolicyRequest, defaultEffect: 'allow' | 'deny' = 'deny') =>
  evaluate(compilePolicies(all, { revision: 1, defaultEffect }), asked);

describe('whatever is generated', () => {
  test('checking never throws, and says either what is wrong or nothing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything({ withNullPrototype: true }), document('p'), data), (input) => {
        const { policy, faults } = checkPolicy(input);
        expect(policy === null).toBe(faults.length > 0);
      }),
      RUNS,
    );
  });

  test('compiling any text never throws, and points into it when it is refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 300 }), condition), (text) => {
        const { condition: compiled, faults } = compileCondition(text);
        expect(compiled === null).toBe(faults.length > 0);
        for (const { line, column } of faults) expect(Math.min(line, column)).toBeGreaterThanOrEqual(1);
      }),
      RUNS,
    );
  });

  test('deciding and explaining never throw and always decide the same', () => {
    fc.assert(
      fc.property(policies, request, (all, asked) => {
        const set = compilePolicies(all, OPTIONS);
        const decision = evaluate(set, asked);
        expect(decision.allowed).toBe(decision.decision === 'allow');
        expect(evaluate(set, asked)).toEqual(decision);
        expect(explain(set, asked).decision).toEqual(decision);
      }),
      RUNS,
    );
  });

  test('no request at all is allowed for being strange', () => {
    const set = compilePolicies([], OPTIONS);
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (anything) => {
        expect(evaluate(set, anything as PolicyRequest).allowed).toBe(false);
        expect(explain(set, anything as PolicyRequest).decision.allowed).toBe(false);
      }),
      RUNS,
    );
  });

  test('tests of a policy can be run', () => {
    fc.assert(
      fc.property(document('p'), fc.record({ context: data, arguments: data }), (checked, input) => {
        const tests = [{ name: 'generated', input, expect: 'allow' }];
        const spec = { ...(checked.spec as object), tests };
        expect(runPolicyTests(active({ ...checked, spec }).document)).toHaveLength(1);
      }),
      RUNS,
    );
  });
});

describe('an error never allows', () => {
  test('no allow with an error is among what matched', () => {
    fc.assert(
      fc.property(policies, request, (all, asked) => {
        const { matched, errors } = decide(all, asked);
        const broken = new Set(errors.map(({ policy }) => policy));
        for (const { policy, effect } of matched) if (broken.has(policy)) expect(effect).toBe('deny');
      }),
      RUNS,
    );
  });

  test('a deny with an error denies, whatever else allows', () => {
    fc.assert(
      fc.property(policies, request, (all, asked) => {
        const { decision, errors } = decide(all, asked, 'allow');
        const denies = new Set(
          all.filter(({ document }) => document.spec.effect === 'deny').map(({ document }) => document.metadata.id),
        );
        if (errors.some(({ policy }) => denies.has(policy))) expect(decision).toBe('deny');
      }),
      RUNS,
    );
  });
});

describe('combining', () => {
  test('the order of policies does not matter', () => {
    fc.assert(
      fc.property(policies, request, fc.infiniteStream(fc.nat()), (all, asked, order) => {
        const keyed = all.map((policy) => ({ policy, key: order.next().value as number }));
        const shuffled = keyed.sort((a, b) => a.key - b.key).map(({ policy }) => policy);
        expect(decide(shuffled, asked)).toEqual(decide(all, asked));
      }),
      RUNS,
    );
  });

  test('what was asked before makes no difference', () => {
    fc.assert(
      fc.property(policies, fc.array(request, { minLength: 2, maxLength: 8 }), (all, asked) => {
        const set = compilePolicies(all, OPTIONS);
        for (const one of [...asked, ...asked]) expect(evaluate(set, one)).toEqual(decide(all, one));
      }),
      RUNS,
    );
  });

  test('one more deny never turns a denial into permission', () => {
    fc.assert(
      fc.property(policies, document('one-more'), request, (all, more, asked) => {
        const deny = active({ ...more, spec: { ...(more.spec as object), effect: 'deny' } });
        if (!decide(all, asked, 'allow').allowed) expect(decide([...all, deny], asked, 'allow').allowed).toBe(false);
      }),
      RUNS,
    );
  });

  test('shadow policies never change anything, and tell what enforcing them would', () => {
    fc.assert(
      fc.property(policies, document('s'), fc.boolean(), request, (all, more, isBound, asked) => {
        const obligations = isBound ? [{ type: 'redact', path: 'context.amount' }] : [];
        const spec = { ...(more.spec as object), obligations };
        const enforced = active({ ...more, spec });
        const shadow = active({ ...more, spec: { ...spec, mode: 'shadow' } });
        const { shadowDecision, shadowMatched: _, shadowErrors: __, ...real } = decide([...all, shadow], asked);
        expect(real).toEqual(decide(all, asked));
        expect(shadowDecision ?? real.decision).toBe(decide([...all, enforced], asked).decision);
      }),
      RUNS,
    );
  });

  test('a policy with obligations that cannot be evaluated denies, whatever else allows', () => {
    fc.assert(
      fc.property(policies, document('bound'), request, (all, more, asked) => {
        const spec = { ...(more.spec as object), obligations: [{ type: 'log', level: 'info' }] };
        const { decision, errors, obligations } = decide([...all, active({ ...more, spec })], asked, 'allow');
        if (errors.some(({ policy }) => policy === 'bound'))
          expect([decision, obligations]).toEqual(['deny', spec.obligations]);
      }),
      RUNS,
    );
  });

  test('the index finds what going through all policies finds', () => {
    fc.assert(
      fc.property(policies, request, (all, asked) => {
        expect(decide(all, asked).decision).toBe(linearDecision(all, asked));
      }),
      RUNS,
    );
  });
});

test('terms and shortcuts come to what the CEL library makes of the whole condition', () => {
  fc.assert(
    fc.property(condition, request, (text, asked) => {
      const compiled = compileCondition(text).condition;
      const whole = compileCondition(`((${text}) ? true : false)`).condition;
      if (!compiled || !whole) return;
      const results = [compiled, whole].map((one) => one.evaluate(new Attributes(asked)));
      const terms = compiled.evaluateTerms(new Attributes(asked));
      if (whole.needsAll && text.includes(' && ') && !/[(?|]/.test(text)) expect(terms.length).toBeGreaterThan(1);
      const [ours, library] = results.map((result) => (typeof result === 'string' ? 'error' : result));
      expect(ours).toBe(library);
    }),
    { numRuns: 3_000 },
  );
});

test('a megabyte of text, nesting without end and huge numbers are answered', () => {
  let deep: unknown = 1;
  for (let level = 0; level < 50_000; level++) deep = level % 2 ? [deep] : { map: deep };
  const all = [
    'context.text.contains("y")',
    'context.map == context.text',
    'context.amount > 500',
    'size(context.list) > 1',
  ];
  const versioned = all.map((text, number) =>
    active({
      metadata: { id: `p${number}` },
      spec: {
        effect: 'allow',
        priority: 1,
        condition: text,
        scope: { agents: ['*'], actions: ['*'], resources: ['*'] },
      },
    }),
  );
  const base = { agent: { id: 'demo:echo' }, action: { name: 'read' }, env: { mode: 'test' }, arguments: {}, at: 0 };
  for (const member of ['x'.repeat(1_000_000), deep, 1e308, -(2 ** 63), Array.from({ length: 100_000 }, () => 1)])
    for (const name of ['text', 'map', 'amount', 'list'])
      expect(typeof decide(versioned, { ...base, context: { [name]: member } }).allowed).toBe('boolean');
});

/** Every policy by itself, as if it was the only one: no index, no order. */
function linearDecision(all: readonly VersionedPolicy[], asked: PolicyRequest): 'allow' | 'deny' {
  const alone = (effect: 'allow' | 'deny') =>
    all
      .filter(({ document }) => document.spec.effect === effect)
      .some((policy) => {
        const { scope } = policy.document.spec;
        const everything = { ...policy.document.spec, scope: { ...scope, agents: ['*'], actions: ['*'] } };
        const fits = [asked.agent.id, asked.action.name].every((name, half) =>
          (half === 0 ? scope.agents : scope.actions).some((glob) => asPattern(glob).test(name)),
        );
        const only = { document: { ...policy.document, spec: everything }, version: 1 };
        return fits && decide([only], asked, effect === 'allow' ? 'deny' : 'allow').decision === effect;
      });
  if (alone('deny')) return 'deny';
  return alone('allow') ? 'allow' : 'deny';
}

const asPattern = (glob: string): RegExp =>
  new RegExp(`^${glob.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
