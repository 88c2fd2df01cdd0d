import { describe, expect, test } from '@jest/globals';
import { CELLS, decided, DUTIES, EFFECTS, KINDS, MODES, TIERS, type Cell, type Word, wordFor } from './outcomes.js';

/** The law, written once more and otherwise than the engine has it. */
function lawful({ kind: { comesTo, spec }, effect, mode, duty }: Cell): Word {
  if (mode === 'shadow' && spec.mode === undefined) return 'default';
  if (comesTo === false) return 'default';
  const cannotBeKept = comesTo === 'error' || duty === 'unknown';
  if (effect === 'deny') return 'denies';
  if (!cannotBeKept) return 'allows';
  return duty === 'none' ? 'default' : 'denies';
}

const nameOf = ({ kind, effect, tier, mode, duty }: Cell): string =>
  `${kind.name}: ${effect}, ${tier}, ${mode}, ${duty} obligations`;

test('there is a cell for each effect, tier, kind of result, mode and obligation', () => {
  const size = KINDS.length * EFFECTS.length * TIERS.length * MODES.length * Object.keys(DUTIES).length;
  expect(new Set(CELLS.map(nameOf)).size).toBe(size);
});

describe.each(KINDS)('when $name', ({ name }) => {
  const cells = CELLS.filter(({ kind }) => kind.name === name);

  test('a policy denies, allows or says nothing as it has to, by itself and beside one that allows', () => {
    for (const cell of cells) {
      const word = lawful(cell);
      expect([nameOf(cell), wordFor(cell)]).toEqual([nameOf(cell), word]);
      for (const defaultEffect of ['allow', 'deny'] as const) {
        const beside = decided(cell, defaultEffect, 'an allow');
        const denied = word === 'denies';
        expect([nameOf(cell), beside]).toMatchObject([
          nameOf(cell),
          { decision: denied ? 'deny' : 'allow', allowed: !denied, winner: { policy: denied ? 'p' : 'other' } },
        ]);
      }
    }
  });

  test('the decision says what went wrong, and what has to be done', () => {
    for (const cell of cells) {
      const isError = cell.kind.comesTo === 'error' || (cell.duty === 'unknown' && cell.kind.comesTo === true);
      const isShadow = cell.mode === 'shadow' && cell.kind.spec.mode === undefined;
      const binds = cell.duty !== 'none' && !isShadow && cell.kind.comesTo !== false;
      const { errors, shadowErrors = [], obligations } = decided(cell, 'deny');
      const told = [errors, shadowErrors].map((some) => some.map(({ policy }) => policy));
      const expected = isShadow ? [[], isError ? ['p'] : []] : [isError ? ['p'] : [], []];
      expect([nameOf(cell), ...told, obligations]).toEqual([nameOf(cell), ...expected, binds ? DUTIES[cell.duty] : []]);
    }
  });
});
