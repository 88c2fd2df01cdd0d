import { compilePolicies, evaluate, type PolicyDecision, type PolicyEffect, type PolicyRequest } from '../src/index.js';
import { keptDocumentOf } from './case-table.js';
import type { VersionedPolicy } from '../src/index.js';

/** What can become of a policy in whose scope a request is, with a condition and a request it happens to. */
export interface Kind {
  name: string;
  /** What the condition comes to. */
  comesTo: true | false | 'error';
  spec: Record<string, unknown>;
  request: Partial<PolicyRequest>;
}

const LONG = { list: Array.from({ length: 3_000 }, (_, index) => index), text: 'eu' };

const kind = (
  name: string,
  comesTo: Kind['comesTo'],
  spec: Record<string, unknown>,
  request: Partial<PolicyRequest> = {},
): Kind => ({ name, comesTo, spec, request });

export const KINDS: readonly Kind[] = [
  kind('there is no condition', true, {}),
  kind('it is true', true, { condition: 'context.amount > 500' }, { context: { amount: 600 } }),
  kind('it is false', false, { condition: 'context.amount > 500' }, { context: { amount: 5 } }),
  kind('something it names is missing', 'error', { condition: 'context.amount > 500' }),
  kind('something is of another type', 'error', { condition: 'context.amount > 500' }, { context: { amount: '600' } }),
  kind('it is neither true nor false', 'error', { condition: 'context.flag' }, { context: { flag: 'true' } }),
  kind(
    'a function cannot be called',
    'error',
    { condition: 'timestamp(context.at) < now' },
    { context: { at: 'noon' } },
  ),
  kind('the time is not known', 'error', { condition: 'now.getHours() < 12' }, { at: Number.NaN }),
  kind('data may not be looked at', 'error', { condition: 'context.a > 5' }, { context: { a: 6, b: Number.NaN } }),
  kind('there is too much data', 'error', { condition: 'context.list.all(x, x in context.list)' }, { context: LONG }),
  kind('it does not compile any more', 'error', { condition: 'agent.trst > 5' }),
  kind('the mode of the policy is not known', 'error', { mode: 'later' }),
];

export const EFFECTS = ['deny', 'allow'] as const;
export const TIERS = ['platform', 'organization', 'agent'] as const;
export const MODES = ['enforce', 'shadow'] as const;

/** What a policy obliges to. */
export const DUTIES = {
  none: [],
  known: [{ type: 'redact', path: 'context.amount' }],
  unknown: [{ type: 'shred', path: 'context.amount' }],
} as const;
export type Duty = keyof typeof DUTIES;

/** One cell of the table. */
export interface Cell {
  kind: Kind;
  effect: PolicyEffect;
  tier: (typeof TIERS)[number];
  mode: (typeof MODES)[number];
  duty: Duty;
}

export const CELLS: readonly Cell[] = KINDS.flatMap((kind) =>
  EFFECTS.flatMap((effect) =>
    TIERS.flatMap((tier) =>
      MODES.flatMap((mode) => (Object.keys(DUTIES) as Duty[]).map((duty) => ({ kind, effect, tier, mode, duty }))),
    ),
  ),
);

const policyOf = ({ kind, effect, tier, mode, duty }: Cell): VersionedPolicy => {
  const duties = { ...(duty !== 'none' && { obligations: DUTIES[duty] }) };
  const spec = { effect, tier, mode, ...duties, ...kind.spec };
  return { document: keptDocumentOf({ id: 'p', ...spec } as never) as never, version: 1 };
};

/** A policy that allows everything, to see what stands up to it. */
const OTHER: VersionedPolicy = { document: keptDocumentOf({ id: 'other', effect: 'allow' }) as never, version: 1 };

/** What is decided when the policy of a cell is in force, by itself or beside one that allows. */
export function decided(
  cell: Cell,
  defaultEffect: PolicyEffect,
  beside: 'nothing' | 'an allow' = 'nothing',
): PolicyDecision {
  const policies = beside === 'nothing' ? [policyOf(cell)] : [policyOf(cell), OTHER];
  const request = {
    agent: { id: 'demo:echo' },
    action: { name: 'read' },
    env: { mode: 'test' },
    arguments: {},
    context: {},
    at: 0,
    ...cell.kind.request,
  };
  return evaluate(compilePolicies(policies, { revision: 1, defaultEffect }), request);
}

/** `default` when the policy says nothing. */
export type Word = 'denies' | 'allows' | 'default';

/** What the policy of a cell does, whatever the default is. */
export function wordFor(cell: Cell): Word {
  const [open, closed] = [decided(cell, 'allow').decision, decided(cell, 'deny').decision];
  if (open === closed) return open === 'allow' ? 'allows' : 'denies';
  if (open === 'deny') throw new Error('a default to deny must not allow what a default to allow denies');
  return 'default';
}

/** A cell for each kind, effect and duty of enforced policies; tiers and shadow policies have one for all of them. */
export function outcomeTable(): string {
  const columns = EFFECTS.flatMap((effect) => (Object.keys(DUTIES) as Duty[]).map((duty) => ({ effect, duty })));
  const heads = columns.map(
    ({ effect, duty }) => `\`${effect}\`${{ none: '', known: ', obligations', unknown: ', unknown ones' }[duty]}`,
  );
  const wordsOf = (fits: (cell: Cell) => boolean): string => [...new Set(CELLS.filter(fits).map(wordFor))].join(' or ');
  const rows = KINDS.map((kind) => [
    kind.name,
    ...columns.map((column) =>
      wordsOf(
        (cell) =>
          cell.kind === kind && cell.effect === column.effect && cell.duty === column.duty && cell.mode === 'enforce',
      ),
    ),
    kind.spec.mode === undefined ? wordsOf((cell) => cell.kind === kind && cell.mode === 'shadow') : 'not possible',
  ]);
  const lines = [['what becomes of the condition', ...heads, 'shadow mode'], ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
