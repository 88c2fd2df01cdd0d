import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { planFaults, type StepOutline } from './plan.js';

const step = (id: string, ...dependsOn: string[]): StepOutline => ({ id, capability: 'any', dependsOn });
const pointers = (plan: Parameters<typeof planFaults>[0]): string[] => planFaults(plan).map(({ pointer }) => pointer);

/** Any graph over up to twelve steps, loops included. */
const graphs = fc
  .integer({ min: 1, max: 12 })
  .chain((size) => fc.array(fc.uniqueArray(fc.nat(size - 1)), { minLength: size, maxLength: size }))
  .map((edges) => edges.map((before, index) => step(`s${index}`, ...before.map((other) => `s${other}`))));

/** Steps may depend on earlier ones only, then their order is lost. */
const acyclic = fc
  .integer({ min: 0, max: 30 })
  .chain((size) =>
    fc.tuple(...Array.from({ length: size }, (_, i) => (i === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(i - 1))))),
  )
  .map((edges) => edges.map((before, index) => step(`s${index}`, ...before.map((other) => `s${other}`))))
  .chain((steps) => fc.shuffledSubarray(steps, { minLength: steps.length }));

/** Takes away steps nothing holds back until none is left, or none can be taken. */
function canBeDone(plan: StepOutline[]): boolean {
  let waiting = plan;
  for (;;) {
    const left = waiting.filter(({ dependsOn }) => dependsOn.some((id) => waiting.some((other) => other.id === id)));
    if (left.length === waiting.length) return left.length === 0;
    waiting = left;
  }
}

describe('a plan', () => {
  it('may have any order that can be worked through', () => {
    fc.assert(fc.property(acyclic, (plan) => expect(planFaults(plan)).toEqual([])));
  });

  it('is refused exactly when no order can work it through', () => {
    fc.assert(fc.property(graphs, (plan) => expect(planFaults(plan).length === 0).toBe(canBeDone(plan))));
  });

  it('is refused when a circle is closed in it', () => {
    fc.assert(
      fc.property(acyclic, fc.integer({ min: 1, max: 20 }), (plan, length) => {
        const ring = Array.from({ length }, (_, i) => step(`ring-${i}`, `ring-${(i + 1) % length}`));
        expect(planFaults([...plan, ...ring])).toHaveLength(1);
      }),
    );
  });

  it('shows the circle', () => {
    expect(planFaults([step('a', 'c'), step('b', 'a'), step('c', 'b')])).toEqual([
      { pointer: '/plan/1/depends_on/0', detail: 'makes a circle: `a` waits for `c` waits for `b` waits for `a`' },
    ]);
    expect(planFaults([step('a', 'a')])[0]?.detail).toBe('makes a circle: `a` waits for `a`');
  });

  it('names every other fault where it is', () => {
    const plan = [
      step('a'),
      null,
      { id: 'b', dependsOn: ['a', 'x'] },
      { id: 'a', agentId: 'demo:echo', capability: 'any', dependsOn: ['y'] },
    ];
    expect(pointers(plan)).toEqual([
      '/plan/2',
      '/plan/2/depends_on/1',
      '/plan/3',
      '/plan/3/id',
      '/plan/3/depends_on/0',
    ]);
  });

  it('is read in time when it is as large as it may be', () => {
    const chain = Array.from({ length: 200 }, (_, i) =>
      step(`s${i}`, ...Array.from({ length: i }, (_unused, j) => `s${j}`)),
    );
    expect(planFaults(chain.toReversed())).toEqual([]);
  });
});
