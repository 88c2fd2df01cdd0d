import fc from 'fast-check';
import type { PolicyRequest, VersionedPolicy } from '../src/index.js';

/** Names that JavaScript could stumble over, beside some usual ones. */
const NAMES = ['amount', 'region', 'list', 'map', '__proto__', 'constructor', 'prototype', 'toString', 'valueOf', ''];

const AGENTS = ['demo:echo', 'demo:other', 'lab:echo', 'lonely', 'demo'];
const ACTIONS = ['send_email', 'send_letter', 'read', '__proto__', 'constructor'];
const RESOURCES = ['crm', 'crm-eu', 'billing'];

const value = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, 1e308, Number.NaN, Infinity, 2 ** 53 + 2),
  fc.boolean(),
  fc.constant(null),
  fc.string(),
  fc.constantFrom('eu', 'us', '600', 'x'.repeat(1_000)),
);

/** JSON as it may come: any depth, any names, own `__proto__` too. */
export const data: fc.Arbitrary<Record<string, unknown>> = fc
  .letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      value,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.array(fc.tuple(fc.constantFrom(...NAMES), tie('tree')), { maxLength: 4 }).map(fromEntries),
    ),
  }))
  .tree.chain((tree) => fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.constant(tree)), { maxLength: 3 }))
  .chain((entries) =>
    fc
      .array(fc.tuple(fc.constantFrom(...NAMES), value), { maxLength: 4 })
      .map((more) => fromEntries([...entries, ...more])),
  );

/** As JSON.parse would make it: `__proto__` is a member. */
function fromEntries(entries: [string, unknown][]): Record<string, unknown> {
  return JSON.parse(
    `{${entries.map(([name, member]) => `${JSON.stringify(name)}:${JSON.stringify(member) ?? 'null'}`).join(',')}}`,
  ) as Record<string, unknown>;
}

const operand = fc.constantFrom(
  'context.amount',
  'context.region',
  'context.list',
  'context.map',
  'context.map.amount',
  'context.list[0]',
  'context["__proto__"]',
  'arguments.amount',
  'agent.trust',
  'agent.id',
  'action.name',
  'action.risk',
  'resource.name',
  'user.role',
  'mission.id',
  'env.mode',
  'now',
  'size(context.list)',
  'context.region.size()',
);
const literal = fc.constantFrom(
  '500',
  '500.0',
  '0.5',
  '-1',
  '"eu"',
  '"600"',
  'true',
  'null',
  '[1, 2]',
  '{"a": 1}',
  '["eu", "us"]',
);
const comparison = fc
  .tuple(operand, fc.constantFrom('<', '<=', '>', '>=', '==', '!=', 'in'), fc.oneof(literal, operand))
  .map((parts) => parts.join(' '));
const other = fc.constantFrom(
  'has(context.amount)',
  'has(context.map.amount)',
  'context.flag',
  '"amount" in context',
  'context.list.all(x, x > 1)',
  'context.list.exists(x, x == "eu")',
  'context.map.all(k, k != "amount")',
  'context.region.startsWith("e")',
  'context.list.filter(x, x != null) == context.list',
  'int(context.amount) % 2 == 0',
  'now > timestamp("2020-01-01T00:00:00Z")',
  'true',
  'false',
);

/** Mostly valid CEL. */
export const condition: fc.Arbitrary<string> = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    comparison,
    other,
    fc.tuple(tie('tree'), fc.constantFrom('&&', '||'), tie('tree')).map(([a, op, b]) => `(${a}) ${op} ${b}`),
    tie('tree').map((inner) => `!(${inner})`),
    fc.tuple(tie('tree'), fc.constantFrom('==', '!='), tie('tree')).map(([a, op, b]) => `(${a}) ${op} (${b})`),
    fc
      .tuple(tie('tree'), fc.constantFrom('&&', '||'), tie('tree'))
      .map(([a, op, b]) => `( (${a}) == true )${op}((${b})==(true) )`),
    fc.tuple(comparison, comparison, comparison).map((terms) => terms.join(' && ')),
    fc.tuple(tie('tree'), tie('tree'), tie('tree')).map(([a, b, c]) => `((${a}) ? (${b}) : (${c}))`),
  ),
})).tree;

const globs = (names: string[]): fc.Arbitrary<string[]> =>
  fc.uniqueArray(fc.constantFrom('*', ...names, ...names.map((name) => `${name.slice(0, 4)}*`), 'demo:*', '*o'), {
    minLength: 1,
    maxLength: 3,
  });

/** A document as somebody may post it; conditions may be wrong. */
export const document = (id: string): fc.Arbitrary<Record<string, unknown>> =>
  fc.record({
    apiVersion: fc.constant('agion/v1'),
    kind: fc.constant('Policy'),
    metadata: fc.constant({ id }),
    spec: fc.record(
      {
        effect: fc.constantFrom('allow', 'deny'),
        scope: fc.record({ agents: globs(AGENTS), actions: globs(ACTIONS), resources: globs(RESOURCES) }),
        priority: fc.integer({ min: 0, max: 1000 }),
        condition,
      },
      { requiredKeys: ['effect', 'scope', 'priority'] },
    ),
  });

/** Versioned without a check: what does not compile has to be an error at every request. */
export const policies: fc.Arbitrary<VersionedPolicy[]> = fc
  .integer({ min: 0, max: 8 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, number) => document(`p${number}`))))
  .map((documents) => documents.map(active));

export function active(document: Record<string, unknown>): VersionedPolicy {
  const spec = { status: 'active', mode: 'enforce', tier: 'organization', ...(document.spec as object) };
  return { document: { ...document, spec }, version: 1 } as unknown as VersionedPolicy;
}

export const request: fc.Arbitrary<PolicyRequest> = fc.record(
  {
    agent: fc.record(
      { id: fc.constantFrom(...AGENTS), trust: fc.constantFrom(0, 0.5, 1, 850, Number.NaN) },
      { requiredKeys: ['id'] },
    ),
    action: fc.record({ name: fc.constantFrom(...ACTIONS) }),
    resource: fc.record({ name: fc.constantFrom(...RESOURCES) }),
    user: fc.constant({ id: 'u', role: 'operator', groups: ['ops'] }),
    mission: fc.constant({ id: 'm' }),
    env: fc.constant({ mode: 'test' }),
    arguments: data,
    context: data,
    at: fc.constantFrom(0, 1_700_000_000_000, Number.NaN, 1e300),
  },
  { requiredKeys: ['agent', 'action', 'env', 'arguments', 'context', 'at'] },
);
