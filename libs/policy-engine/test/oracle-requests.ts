import fc from 'fast-check';
import type { PolicyRequest } from '../src/index.js';
import { ZONES } from './expressions.js';

/** As JSON.parse makes them. */
const PLAIN = { noNullPrototype: true };

const NUMBERS = [0, -0, 1, -1, 0.5, 499.99, 500, 600, 1e300, -1e300, 2 ** 53, 2 ** 53 + 2, 2 ** 63, -(2 ** 63), 5e-324];
const TEXTS = [
  'eu',
  'EU',
  '',
  '600',
  ' us ',
  'grüße',
  '😀',
  '\uffee',
  '\ud800',
  'İ',
  '1h',
  'Europe/Berlin',
  '+02:00',
  'true',
  'T',
  'a,b',
  '9223372036854775808',
  '0x10',
  '1_000',
  'NaN',
  '1e3',
  ' 5',
  '-0',
];
const TIMES = [
  '2026-03-01T00:00:00Z',
  '2026-03-29T03:30:00+02:00',
  '1969-12-31T23:59:59.5Z',
  '2026-02-30T00:00:00Z',
  '2026-03-01',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
];

const number = fc.oneof(fc.constantFrom(...NUMBERS), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer());
const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);
const scalar = fc.oneof(number, text, fc.boolean(), fc.constant(null));
const list = fc.array(
  fc.oneof({ weight: 6, arbitrary: scalar }, { weight: 1, arbitrary: fc.array(scalar, { maxLength: 2 }) }),
  { maxLength: 4 },
);
const RIGHT = {
  amount: number,
  flag: fc.boolean(),
  text,
  when: fc.constantFrom(...TIMES),
  list: fc.oneof(list, fc.array(number, { maxLength: 3 }), fc.array(text, { maxLength: 3 })),
};
const anything = fc.oneof(scalar, list, fc.record({ amount: scalar }, PLAIN));

/** Each member is there and right in most requests, missing in some, and of another type in some. */
const members = (depth: number): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(
    {
      ...Object.fromEntries(
        Object.entries(RIGHT).map(([name, right]) => [
          name,
          fc.oneof({ weight: 5, arbitrary: right as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: anything }),
        ]),
      ),
      map:
        depth === 0
          ? anything
          : fc.oneof({ weight: 5, arbitrary: members(depth - 1) }, { weight: 1, arbitrary: anything }),
    },
    { requiredKeys: [], noNullPrototype: true },
  );

/** What is not looked at, wherever it stands: names that mislead the library, numbers that are none, nesting without end. */
const HOSTILE = fc.constantFrom<Record<string, unknown>>(
  JSON.parse('{"amount": 600, "text": "eu", "__proto__": {"flag": true}}') as Record<string, unknown>,
  { amount: 600, list: [{ constructor: 1 }] },
  { amount: Number.NaN, flag: true },
  { flag: true, map: { amount: Infinity } },
  { text: 'eu', list: [[[[[[[[[[1]]]]]]]]]] },
);

/**
 * Moments whose clock time, in every zone that conditions name, the zone of this machine has too: the oracle reads a clock through the
 * machine's own, and where that leaves an hour out in spring it is an hour off.
 */
const MOMENTS = [
  '1969-12-31T23:59:59.250Z',
  '2024-02-29T23:30:00Z',
  '2026-03-29T00:59:59Z',
  '2026-06-30T22:15:00Z',
  '2026-10-25T00:30:00Z',
  '2026-12-31T23:59:59.999Z',
]
  .map(Date.parse)
  .filter((at) => ZONES.every((zone) => isOnThisClock(at, zone)));

function isOnThisClock(at: number, zone: string): boolean {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  const shown = format.format(at).replace(' ', 'T');
  const [hours = ''] = shown.slice(11).split(':');
  return new Date(shown).getHours() === Number(hours);
}

export const oracleRequests: fc.Arbitrary<PolicyRequest> = fc.record(
  {
    agent: fc.record(
      {
        id: fc.constantFrom('demo:echo', 'lonely'),
        trust: fc.constantFrom(0, 0.5, 0.7, 1, 850),
        tier: fc.constantFrom('trusted', 'probation'),
      },
      { requiredKeys: ['id'], noNullPrototype: true },
    ),
    action: fc.record(
      { name: fc.constantFrom('send_email', 'read'), risk: fc.constant('low') },
      { requiredKeys: ['name'], noNullPrototype: true },
    ),
    resource: fc.record({ name: fc.constantFrom('crm', 'eu') }, PLAIN),
    user: fc.record(
      { id: fc.constant('u'), role: fc.constantFrom('admin', 'operator'), groups: fc.constantFrom([], ['ops', 'eu']) },
      PLAIN,
    ),
    mission: fc.record({ id: fc.constant('m') }),
    env: fc.constant({ mode: 'test' }),
    arguments: members(0),
    context: fc.oneof({ weight: 19, arbitrary: members(1) }, { weight: 1, arbitrary: HOSTILE }),
    at: fc.constantFrom(...MOMENTS, Number.NaN),
  },
  { requiredKeys: ['agent', 'action', 'env', 'arguments', 'context', 'at'], noNullPrototype: true },
);
