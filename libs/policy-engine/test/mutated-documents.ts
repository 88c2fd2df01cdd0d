import fc from 'fast-check';

/** A policy that says all that can be said. */
export const WHOLE = {
  apiVersion: 'agion/v1',
  kind: 'Policy',
  metadata: { id: 'email_cap', name: 'Cap on e-mail', labels: { framework: 'soc2', owner: 'mail' } },
  spec: {
    status: 'draft',
    mode: 'shadow',
    priority: 7,
    tier: 'agent',
    scope: { agents: ['langgraph-v2:*', 'demo:echo'], actions: ['send_*'], resources: ['crm', '*'] },
    condition: 'agent.trust < 0.7 || context.amount > 500.0',
    effect: 'deny',
    obligations: [
      { type: 'redact', path: 'context.body.text' },
      { type: 'log', level: 'warn', message: 'mail left the house' },
      { type: 'log' },
    ],
    message: 'mail above 500 needs a trusted agent',
    tests: [
      {
        name: 'too much',
        input: {
          agent: { id: 'demo:echo', container: 'demo', type: 't', framework: 'f', status: 's', trust: 0.9, tier: 'a' },
          action: { name: 'send_email', risk: 'low' },
          resource: { name: 'crm' },
          user: { id: 'ada', role: 'admin', groups: ['finance'] },
          mission: { id: 'm' },
          env: { mode: 'test' },
          arguments: { to: ['ada'] },
          context: { amount: 600 },
          now: '2026-03-04T12:00:00Z',
        },
        expect: 'deny',
      },
      { name: 'short', input: { agent: 'demo:echo', action: 'send_email', resource: 'crm' }, expect: 'allow' },
    ],
    approval: [],
    limits: [],
  },
};

const texts = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '*',
    'a',
    'Ada',
    'a b',
    'a\u0007b',
    'a*b*c*d*e*f',
    'a*b*c*d*e*f*',
    'allow',
    'error',
    'active',
  ),
  fc.constantFrom('context.a', 'arguments.a.b', 'context', 'context.__proto__', 'context.constructor.a', 'user.id'),
  fc.constantFrom('context.a.b.c.d.e.f.g.h', 'context.a.b.c.d.e.f.g.h.i', 'context.constructors', 'require_approval'),
  fc.constantFrom('2026-02-30T00:00:00Z', '2026-12-31T23:59+23:59', '2026-01-01T24:00:00Z', '2026-01-01T00:00:00'),
  fc.constantFrom('2024-02-29T12:00:00.123456789-08:00', '2026-01-01T00:00:60Z', '2026-13-01T00:00:00Z'),
  fc
    .record({
      // around the limits, in characters that are one or two units of a text
      character: fc.constantFrom('a', 'é', '\u{1f600}', '\ud800'),
      longest: fc.constantFrom(63, 200, 256, 500),
      more: fc.integer({ min: -1, max: 1 }),
    })
    .map(({ character, longest, more }) => character.repeat(longest + more)),
  fc.string({ unit: 'binary', maxLength: 12 }),
);

const values: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: texts },
  fc.constantFrom(null, true, 0, 1, -1, 1.5, 1_000, 1_001, 1e300),
  fc.constantFrom({}, [], [[]], [{}], { type: 'log' }, { type: 'redact' }, { id: 'a', role: 'b' }),
  fc.array(texts, { maxLength: 3 }),
  fc.dictionary(texts, texts, { maxKeys: 3 }),
);

/** One element or member of a list is there this often: around each limit. */
const counts = fc.constantFrom(0, 1, 20, 21, 32, 33, 50, 51, 100, 101);

type Mutation =
  | { kind: 'replace'; value: unknown }
  | { kind: 'add'; value: unknown; name: string }
  | { kind: 'remove' }
  | { kind: 'multiply'; count: number };

const mutations: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('replace' as const), value: values }) },
  fc.record({
    kind: fc.constant('add' as const),
    value: values,
    name: fc.oneof(texts, fc.constantFrom('__proto__', 'constructor', 'name', 'labels', 'groups', 'version')),
  }),
  { weight: 2, arbitrary: fc.constant({ kind: 'remove' as const }) },
  fc.record({ kind: fc.constant('multiply' as const), count: counts }),
);

/** A document with up to three changes anywhere in it: values, members and elements put in its place, taken away, or too many. */
export const mutated = (document: unknown): fc.Arbitrary<unknown> =>
  fc
    .array(fc.record({ at: fc.nat(), mutation: mutations }), { minLength: 1, maxLength: 3 })
    .map((changes) => changes.reduce<unknown>((left, { at, mutation }) => changed(left, at, mutation), document));

/** Places are counted from the document itself, depth first. */
function changed(document: unknown, at: number, mutation: Mutation): unknown {
  const copy = structuredClone(document);
  const places = [...placesIn(copy)];
  const place = places[at % places.length];
  if (!place) return copy;
  const [owner, name] = place;
  const target = owner[name];
  if (mutation.kind === 'remove') takeAway(owner, name);
  else if (mutation.kind === 'replace') owner[name] = mutation.value;
  else if (!isOwner(target)) return copy;
  else if (mutation.kind === 'add') put(target, mutation.name, mutation.value);
  else multiply(target, mutation.count);
  return copy;
}

type Owner = Record<string, unknown>;

const isOwner = (value: unknown): value is Owner => typeof value === 'object' && value !== null;

function* placesIn(owner: unknown): Generator<[owner: Owner, name: string]> {
  if (!isOwner(owner)) return;
  for (const name of Object.keys(owner)) {
    yield [owner, name];
    yield* placesIn(owner[name]);
  }
}

function takeAway(owner: Owner, name: string): void {
  if (Array.isArray(owner)) owner.splice(Number(name), 1);
  else delete owner[name];
}

function put(owner: Owner, name: string, value: unknown): void {
  if (Array.isArray(owner)) owner.push(value);
  else Object.defineProperty(owner, name, { value, enumerable: true, configurable: true, writable: true });
}

function multiply(owner: Owner, count: number): void {
  const [first] = Object.values(owner);
  if (Array.isArray(owner))
    owner.splice(0, owner.length, ...Array.from({ length: count }, () => structuredClone(first)));
  else for (let index = 0; index < count; index++) owner[`label-${index}`] = structuredClone(first);
}
