import { describe, expect, test } from '@jest/globals';
import { Attributes } from './attributes.js';
import { compileCondition } from './condition.js';

const faultOf = (text: string) => compileCondition(text).faults[0];

describe('a condition is refused', () => {
  test.each([
    ['for a field that agents do not have', 'agent.trst < 0.5', 'no such key: trst'],
    ['for a variable that is not declared', 'agnt.trust < 0.5', 'unknown variable: agnt'],
    ['for a result that is a number', 'size(context) + 1', 'the condition is of type `int`, not `bool`'],
    ['for a result that is a text', 'agent.id', 'the condition is of type `string`, not `bool`'],
    ['for comparing a text with a number', 'agent.id == 5', 'no such overload: string == int'],
    ['for `and` with something else than true or false', 'true && agent.id', 'it is of type `string`, not `bool`'],
    ['for `matches` as a method', 'agent.id.matches("a+")', expect.stringContaining('`matches` is not available')],
    [
      'for `matches` hidden in a loop',
      'context.list.all(x, x.matches("a+"))',
      expect.stringContaining('`matches` is not available'),
    ],
    ['for `matches` as a function', 'matches(agent.id, "a+")', expect.stringContaining('`matches` is not available')],
    [
      'for parsing JSON on its own',
      'bytes(context.x).json() == {"a": 1}',
      expect.stringContaining('`json` is not available'),
    ],
    [
      'for the day of the year, which depends on the machine',
      'now.getDayOfYear() == 1',
      expect.stringContaining('time zone'),
    ],
    ['for binding names', 'cel.bind(x, 1, x > 0)', '`cel.bind` is not available'],
    ['for session facts', '"pii" in session.labels', '`session` comes with a later version'],
    ['for trust compared with 85', 'agent.trust < 85', expect.stringContaining('lies between 0 and 1')],
    [
      'for trust compared with 1.5 the other way round',
      '1.5 > agent.trust',
      expect.stringContaining('lies between 0 and 1'),
    ],
    [
      'for trust compared with a negative number',
      'agent["trust"] > -0.5',
      expect.stringContaining('lies between 0 and 1'),
    ],
    [
      'for a loop over a list whose elements could be anything',
      '([] + context.list).exists(x, x <= now)',
      expect.stringContaining('has no type'),
    ],
    ['for a loop over nothing', '[].all(x, x > "a")', expect.stringContaining('has no type')],
    [
      'for nothing on both sides of a choice',
      '(agent.trust > 0.5 ? {} : {}).all(x, x > 5)',
      expect.stringContaining('has no type'),
    ],
    [
      'for comparisons that CEL takes from the left and the library from the right',
      'context.a == context.b < context.c',
      expect.stringContaining('without parentheses'),
    ],
    [
      'for such a comparison between parentheses that are around other things',
      '(context.a) != (context.b) in [(true)]',
      expect.stringContaining('without parentheses'),
    ],
    ['for a map that would lose a key', 'context.m == {"__proto__": 1}', 'a map cannot have the key `__proto__`'],
    ['for a function that is not there', 'sleep(1)', "found no matching overload for 'sleep(int)'"],
    ['for a text that does not end', 'context.a == "b', expect.any(String)],
    ['for nothing behind an operator', 'true &&', 'unexpected token: EOF'],
    [
      'for two branches of different types',
      '(true ? 1 : "a") == 1',
      expect.stringContaining('branches must have the same type'),
    ],
  ])('%s', (_why, text, detail) => {
    expect(faultOf(text)?.detail).toEqual(detail);
  });

  test('with more than 32 KB, counted in bytes', () => {
    const quoted = (text: string): string => `context.a == "${text}"`;
    expect(faultOf(quoted('x'.repeat(32_700)))).toBeUndefined();
    expect(faultOf(quoted('x'.repeat(32_768)))?.detail).toBe('the condition is longer than 32768 bytes');
    expect(faultOf(quoted('é'.repeat(16_400)))?.detail).toBe('the condition is longer than 32768 bytes');
  });

  test.each([
    ['parentheses', `${'('.repeat(17)}true${')'.repeat(17)}`],
    ['lists', `context.a == ${'['.repeat(17)}1${']'.repeat(17)}`],
    ['members', `context${'.a'.repeat(17)} == 1`],
    ['a thousand terms', Array.from({ length: 1_000 }, () => 'true').join(' && ')],
    ['thirty thousand exclamation marks', `${'!'.repeat(30_000)}true`],
    ['ten thousand parentheses', `${'('.repeat(10_000)}true${')'.repeat(10_000)}`],
  ])('with %s in each other', (_what, text) => {
    expect(compileCondition(text).condition).toBeNull();
  });

  test('with line and column, from 1', () => {
    expect(faultOf('agent.trust < 0.5 &&\n  agent.trst < 0.5')).toMatchObject({ line: 2, column: 9 });
    expect(faultOf('true\n|| agent.id.matches("a")')).toMatchObject({ line: 2, column: 4 });
    expect(faultOf('agent.trust <')).toMatchObject({ line: 1, column: 14 });
  });

  test('with everything that is refused in it at once', () => {
    expect(compileCondition('agent.trust > 5 && agent.id.matches("a") && session.id == "x"').faults).toHaveLength(3);
  });
});

describe('a condition is accepted', () => {
  test.each([
    'agent.trust < 0.7 || context.amount > 500.0',
    'agent.trust <= 1',
    'context.flag',
    '"finance" in user.groups && now.getHours() < 17',
    'arguments.to.all(t, t.endsWith("@example.com"))',
    'true',
    'context.list == [] || context.map != {"to": []} || !(context.a in [])',
    '(has(context.list) ? context.list : []).all(x, x < 5.0)',
    'context.a == (context.b < context.c)',
    '(context.a == context.b) != (((context.b)) in ["a)"])',
    'context.b < context.c == context.a',
  ])('%s', (text) => {
    expect(compileCondition(text).faults).toEqual([]);
  });
});

describe('a condition is measured in bytes', () => {
  test.each(['x', '\x7f', '\x80', '\u07ff', '\u0800', '\uffff', '\u{10000}', '\u{10ffff}'])('of %j', (character) => {
    const some = `context.a == "${character.repeat(1_000)}`;
    const most = `${some}${'x'.repeat(32_767 - Buffer.byteLength(some))}"`;
    const tooLong = 'the condition is longer than 32768 bytes';
    expect(faultOf(most)?.detail).not.toBe(tooLong);
    expect(faultOf(`${most} `)?.detail).toBe(tooLong);
  });
});

test('what is no text is no condition', () => {
  expect(compileCondition({} as unknown as string).faults).toEqual([
    { detail: 'the condition is no text', line: 1, column: 1 },
  ]);
});

describe('an evaluation', () => {
  const evaluated = (text: string, context: Record<string, unknown>) => {
    const { condition } = compileCondition(text);
    if (!condition) throw new Error(text);
    const request = { agent: { id: 'a' }, action: { name: 'b' }, env: { mode: 'test' }, arguments: {}, context, at: 0 };
    const result = condition.evaluate(new Attributes(request));
    return {
      result,
      deciding: condition.decidingTerms(result),
      terms: condition.evaluateTerms(new Attributes(request)),
    };
  };
  const TOO_MUCH = 'there is too much data for its loops';
  const LONG = { list: Array.from({ length: 3_000 }, (_, index) => index) };

  test('is an error when a term is one and no other decides, wherever it stands', () => {
    for (const text of ['true && context.missing', 'context.missing && true', 'false || context.missing'])
      expect(evaluated(text, {})).toMatchObject({ result: 'no such key: missing', deciding: [] });
    expect(evaluated('context.missing && false', {})).toMatchObject({ result: false, deciding: ['false'] });
  });

  test('is an error as a whole when it could take long, or the data of its loops cannot be read', () => {
    const text = 'context.list.all(x, x in context.list) || true';
    const { result, terms } = evaluated(text, LONG);
    expect([result, ...terms.map((term) => term.result)]).toEqual([TOO_MUCH, TOO_MUCH, TOO_MUCH]);
    expect(evaluated(text, { list: [Number.NaN] }).result).toBe('`context` has a number that is none');
  });
});
