import fc from 'fast-check';

/** What an expression is of. Members of `context` have the type their name says, in most requests. */
type Kind = 'bool' | 'int' | 'double' | 'string' | 'timestamp' | 'duration' | 'list' | 'map';

type Text = fc.Arbitrary<string>;

/** Where an expression stands: how deep it may still go, and the names that the macros around it have given. */
interface Place {
  depth: number;
  names: readonly string[];
}

const one = (...texts: string[]): Text => fc.constantFrom(...texts);

/** Puts what is drawn in place of each `$`, in order. */
const filled = (pattern: string, ...parts: Text[]): Text =>
  fc.tuple(...parts).map((drawn) => {
    let next = 0;
    return pattern.replaceAll('$', () => drawn[next++] ?? '');
  });

export const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'UTC', '+02:00', '-09:30'];

const LEAVES: Record<Kind, Text> = {
  bool: one('true', 'false', 'context.flag', 'arguments.flag', 'has(context.amount)', 'has(context.map.amount)'),
  int: one('0', '1', '2', '500', '-1', '7', '9223372036854775807', '-9223372036854775808', 'size(context.list)'),
  double: one(
    'context.amount',
    'arguments.amount',
    'context["amount"]',
    'context.map.amount',
    'agent.trust',
    '0.5',
    '500.0',
    '-1.5',
    '1e300',
    'context.list[0]',
  ),
  string: one(
    'context.text',
    'arguments.text',
    'context.map.text',
    'agent.id',
    'agent.container',
    'agent.tier',
    'action.name',
    'action.risk',
    'resource.name',
    'user.role',
    'mission.id',
    'env.mode',
    '"eu"',
    '"EU"',
    '""',
    '"600"',
    '"grüße"',
    '"😀"',
    '"\\uffee"',
    'r"a\\b"',
    '"2026-03-29T01:30:00Z"',
    'context.when',
  ),
  timestamp: one('now', 'timestamp(context.when)', 'timestamp("2026-03-01T00:00:00Z")'),
  duration: one('duration("1h")', 'duration("90s")', 'duration("-1.5h")', 'duration(context.text)'),
  list: one(
    'context.list',
    'arguments.list',
    'context.map.list',
    'user.groups',
    '[]',
    '[1, 2]',
    '[0.5, 500.0]',
    '["eu", "us"]',
    '[context.amount, context.text]',
  ),
  map: one('context.map', 'context', 'arguments', '{"amount": 1}', '{"text": "eu", "amount": 600.0}', '{}'),
};

const COMPARISON = one('<', '<=', '>', '>=', '==', '!=');
const EQUALITY = one('==', '!=');
const ORDERED: Kind[] = ['int', 'double', 'string', 'timestamp', 'duration', 'bool'];

/** An expression of a kind, of which nothing but the type check is sure: members may be missing or something else. */
function expression(kind: Kind, place: Place): Text {
  const known = CACHE.get(`${kind} ${place.depth} ${place.names.join()}`);
  if (known) return known;
  const leaves = [{ weight: 3, arbitrary: LEAVES[kind] }];
  if (place.names.length > 0) leaves.push({ weight: 4, arbitrary: one(...place.names) });
  const made =
    place.depth === 0
      ? fc.oneof(...leaves)
      : fc.oneof(
          ...leaves,
          ...COMPOUND[kind]({ ...place, depth: place.depth - 1 }).map((arbitrary) => ({ weight: 1, arbitrary })),
        );
  CACHE.set(`${kind} ${place.depth} ${place.names.join()}`, made);
  return made;
}

const CACHE = new Map<string, Text>();

const within = (place: Place, name: string): Place => ({ ...place, names: [...new Set([...place.names, name])] });

const COMPOUND: Record<Kind, (place: Place) => Text[]> = {
  bool: (place) => {
    const of = (kind: Kind): Text => expression(kind, place);
    const inside = (name: string): Text => expression('bool', within(place, name));
    return [
      ...ORDERED.map((kind) => filled('$ $ $', of(kind), COMPARISON, of(kind))),
      filled('$ $ $', of('double'), COMPARISON, of('int')),
      filled('$ $ $', of('list'), EQUALITY, of('list')),
      filled('$ $ $', of('map'), EQUALITY, of('map')),
      filled('$ $ null', fc.oneof(of('string'), of('double'), of('map')), EQUALITY),
      filled('dyn($) $ dyn($)', of('string'), COMPARISON, of('double')),
      filled('$ in $', fc.oneof(of('string'), of('double'), of('int')), of('list')),
      filled('$ in $', of('string'), of('map')),
      filled('($) && ($)', of('bool'), of('bool')),
      filled('($) || ($)', of('bool'), of('bool')),
      filled('!($)', of('bool')),
      filled('(($) ? ($) : ($))', of('bool'), of('bool'), of('bool')),
      filled('$.startsWith($)', of('string'), of('string')),
      filled('$.endsWith($)', of('string'), of('string')),
      filled('$.contains($)', of('string'), of('string')),
      filled('$.all(x, $)', of('list'), inside('x')),
      filled('$.exists(x, $)', of('list'), inside('x')),
      filled('$.exists_one(x, $)', of('list'), inside('x')),
      filled('$.all(y, $)', of('map'), inside('y')),
      filled('$.exists(y, $)', of('map'), inside('y')),
      filled('bool($)', of('string')),
      filled('has($.amount)', one('context', 'arguments', 'context.map', 'context.text', 'context.list[0]', 'agent')),
      filled(
        'has($)',
        one('agent.trust', 'agent.tier', 'user.groups', 'resource.name', 'mission.id', 'context.map.list'),
      ),
      filled('type($) $ $', of('double'), EQUALITY, one('int', 'double', 'string', 'bool', 'list', 'map', 'null_type')),
    ];
  },
  int: (place) => {
    const of = (kind: Kind): Text => expression(kind, place);
    return [
      filled('($ $ $)', of('int'), one('+', '-', '*', '/', '%'), of('int')),
      filled('-($)', of('int')),
      filled('size($)', fc.oneof(of('string'), of('list'), of('map'))),
      filled('$.size()', fc.oneof(of('string'), of('list'), of('map'))),
      filled('int($)', fc.oneof(of('double'), of('string'), of('timestamp'))),
      filled('$.$()', of('timestamp'), GETTER),
      filled('$.$("$")', of('timestamp'), GETTER, one(...ZONES)),
      filled('$.$(context.text)', of('timestamp'), GETTER),
      filled('$.$()', of('duration'), one('getHours', 'getMinutes', 'getSeconds')),
      filled('$.indexOf($)', of('string'), of('string')),
      filled('$.lastIndexOf($)', of('string'), of('string')),
      filled('($ ? $ : $)', of('bool'), of('int'), of('int')),
    ];
  },
  double: (place) => {
    const of = (kind: Kind): Text => expression(kind, place);
    return [
      filled('($ $ $)', of('double'), one('+', '-', '*', '/'), of('double')),
      filled('-($)', of('double')),
      filled('double($)', fc.oneof(of('int'), of('string'))),
      filled('($ ? $ : $)', of('bool'), of('double'), of('double')),
      filled('$[$]', of('list'), one('0', '1', '-1', '5', '0.0', '1.5')),
    ];
  },
  string: (place) => {
    const of = (kind: Kind): Text => expression(kind, place);
    return [
      filled('($ + $)', of('string'), of('string')),
      filled('string($)', fc.oneof(of('int'), of('double'), of('bool'), of('timestamp'))),
      filled('$.lowerAscii()', of('string')),
      filled('$.upperAscii()', of('string')),
      filled('$.trim()', of('string')),
      filled('$.substring($)', of('string'), one('0', '1', '2', '9')),
      filled('$.substring($, $)', of('string'), one('0', '1'), one('1', '2', '9')),
      filled('$.split($).join($)', of('string'), one('"e"', '""', '","'), one('"-"', '""')),
      filled('($ ? $ : $)', of('bool'), of('string'), of('string')),
    ];
  },
  timestamp: (place) => {
    const of = (kind: Kind): Text => expression(kind, place);
    return [filled('($ $ $)', of('timestamp'), one('+', '-'), of('duration')), filled('timestamp($)', of('string'))];
  },
  duration: (place) => {
    const of = (kind: Kind): Text => expression(kind, place);
    return [
      filled('($ - $)', of('timestamp'), of('timestamp')),
      filled('($ $ $)', of('duration'), one('+', '-'), of('duration')),
    ];
  },
  list: (place) => {
    const of = (kind: Kind): Text => expression(kind, place);
    const item = within(place, 'x');
    return [
      filled('$.filter(x, $)', of('list'), expression('bool', item)),
      filled('$.map(x, $)', of('list'), fc.oneof(expression('double', item), expression('string', item))),
      filled('$.map(x, $, $)', of('list'), expression('bool', item), expression('double', item)),
      filled('($ + $)', of('list'), of('list')),
      filled('$.split($)', of('string'), one('"e"', '","')),
      filled('[$, $]', of('double'), of('double')),
    ];
  },
  map: (place) => [filled('{"amount": $, "text": $}', expression('double', place), expression('string', place))],
};

const GETTER = one(
  'getFullYear',
  'getMonth',
  'getDate',
  'getDayOfMonth',
  'getDayOfWeek',
  'getHours',
  'getMinutes',
  'getSeconds',
  'getMilliseconds',
);

/** Where implementations are known to differ, each of which has to turn up: see `differences.ts`. */
const CORNERS = fc.oneof(
  filled('int($) $ 0', one('context.amount', '1e300', 'arguments.amount'), COMPARISON),
  filled('-(int($)) $ 0', one('-9223372036854775808', '"-9223372036854775808"'), COMPARISON),
  filled('$ $ 9223372036854775807', one('context.amount', '9223372036854775808.0'), COMPARISON),
  filled('$ in $', one('context.list[0]', 'context.text', 'context.map'), one('context', 'arguments', 'context.map')),
  filled('timestamp(context.when).getFullYear() $ $', COMPARISON, one('100', 'now.getFullYear()')),
  filled('timestamp(context.when) - now $ duration("1h")', COMPARISON),
  filled('timestamp("2026-03-29T01:30:00Z".lowerAscii()) $ now', COMPARISON),
  filled('-(-($)) $ 0.5', one('context.amount', 'context.list[0]', 'context.text', 'context.map'), COMPARISON),
  filled('([1, 2] + $).exists(x, x $ 1)', one('context.list', 'arguments.list', 'user.groups', '[0.5]'), COMPARISON),
  filled(
    'context.list.$(x, x == context.list[$])',
    one('all', 'exists', 'filter(x, true).exists'),
    one('0', '0.0', '1.5'),
  ),
  one('has(context.amount) || context.list[1.5] == 1', 'context.list[1.5] == 1 || !has(context.text)'),
  one('context.exists(v, context.exists(w, context.exists(x, context.exists(y, context[v] == context[w]))))'),
  filled('double($) $ 0', one('context.text', '"grüße"', '" 5"'), COMPARISON),
  filled('duration(context.text) $ duration("1h")', COMPARISON),
);

/** Conditions, up to three levels of anything in each other. */
export const expressions: Text = fc.oneof(
  ...[1, 2, 3].map((depth) => ({ weight: 4, arbitrary: expression('bool', { depth, names: [] }) })),
  { weight: 3, arbitrary: CORNERS },
);
