import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { parseJson } from './json-body.js';
import { MAX_YAML_BYTES, parseYaml } from './yaml-body.js';

const read = (text: string): unknown => parseYaml(Buffer.from(text));
const saidOf = (text: string): string => {
  try {
    return `accepted: ${JSON.stringify(read(text))}`;
  } catch (error) {
    return (error as Error).message;
  }
};

describe('a body in YAML', () => {
  it('says what the same document says in JSON', () => {
    const text = "a: {b: [1, 2.5, -3, true, no, null, ~, '7', 2026-01-01, 0x10]}\nü: |\n  two\n  lines\nempty:\n";
    expect(read(text)).toEqual({
      a: { b: [1, 2.5, -3, true, 'no', null, null, '7', '2026-01-01', 16] },
      ü: 'two\nlines\n',
      empty: null,
    });
    expect(read('{"json": ["is", "YAML"]}')).toEqual({ json: ['is', 'YAML'] });
    expect(parseYaml(Buffer.alloc(0))).toBeUndefined();
    expect(read('# nothing')).toBeNull();
  });

  it('is what any JSON becomes and comes back from', () => {
    const harmless = (value: unknown): boolean => !/"(__proto__|constructor)"|\\u/.test(JSON.stringify(value));
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }).filter(harmless), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value)); // -0
        expect(read(stringify(plain, { aliasDuplicateObjects: false }))).toEqual(plain);
        expect(read(JSON.stringify(plain))).toEqual(plain);
      }),
    );
  });

  it('never brings about anything but a value or a refusal, whatever it is', () => {
    const piece = fc.constantFrom(
      ...[
        'a',
        ': ',
        '\n',
        '- ',
        '  ',
        '[',
        ']',
        '{',
        '}',
        ',',
        '&x ',
        '*x',
        '!',
        '!!binary ',
        '"',
        "'",
        '|',
        '? ',
        '---\n',
      ],
      ...['%YAML 1.1\n', '<<', '#', '\t', '\0', '1e999', '.nan', '__proto__', 'constructor', '\ufeff', '\ud800', '💥'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        expect(saidOf(pieces.join(''))).toMatch(
          /^(accepted|the body is not acceptable YAML: .+ \(line \d+, column \d+\)$)/,
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['brackets left open', 'a: [1, 2', /^the body is not acceptable YAML: flow .* \(line 1, column 9\)$/],
    ['two documents', 'a: 1\n---\nb: 2', /it holds more than one document, .*\(line 2, column 1\)$/],
    ['a tag of its own', 'a: !mine 1', /unresolved tag: !mine \(line 1, column 4\)/],
    ['the tag of binary data', 'a: !!binary aGk=', /unresolved tag/],
    ['the tag of code', 'a: !!js/function "x"', /unresolved tag/],
    ['the tag of a time, by the rules of 1.1', '%YAML 1.1\n---\na: !!timestamp 2026-01-01', /unresolved tag/],
    ['a key twice', 'a: 1\nb: 2\na: 3', /names the key `a` twice \(line 3, column 1\)/],
    ['a key twice, quoted once', '{"a": 1, a: 2}', /names the key `a` twice/],
    ['a key that is a list', '? [a]\n: 1', /keys must be strings/],
    ['a prototype', '__proto__: {a: 1}', /names the key `__proto__`/],
    ['a constructor', 'a: {"constructor": 1}', /names the key `constructor`/],
    ['infinity', 'a: .inf', /a number JSON has not/],
    ['a number too large', 'a: 1e999', /a number JSON has not/],
    ['U+0000', 'a: "\\0"', /U\+0000/],
    ['half of a surrogate pair', '"\\ud800": a', /surrogate/],
    ['an alias of nothing', 'a: *b', /nothing is called `&b`/],
    ['an alias within itself', 'a: &a [*a]', /nested deeper than 64 levels/],
    ['an anchor twice', 'a: &x 1\nb: &x 2', /`&x` is there twice/],
    ['65 levels', '['.repeat(65) + ']'.repeat(65), /nested deeper than 64 levels/],
    ['levels without end', '['.repeat(10_000), /\(line 1, column \d+\)$/],
  ])('is refused with %s', (_, text, why) => {
    expect(saidOf(text)).toMatch(why);
  });

  it.each([
    ['Latin-1', Buffer.from('city: "Köln"', 'latin1')],
    ['UTF-16', Buffer.from('\ufeffcity: "Köln"', 'utf16le')],
  ])('is not read as if it was UTF-8 when it is %s', (_, body) => {
    expect(() => parseYaml(body)).toThrow('the body is not UTF-8');
    expect(() => parseJson(body)).toThrow('the body is not UTF-8');
  });

  it('may use aliases, but not to become large', () => {
    expect(read('a: &x {b: 1}\nc: [*x, *x]')).toEqual({ a: { b: 1 }, c: [{ b: 1 }, { b: 1 }] });
    expect(read('a: &x {b: 1}\nc: {<<: *x}')).toEqual({ a: { b: 1 }, c: { '<<': { b: 1 } } });
    const bomb = ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].reduce(
      (text, name, index) => `${text}${name}: &${name} [${`*${'abcdefgh'.charAt(index)},`.repeat(9)}]\n`,
      'a: &a [x,x,x,x,x,x,x,x,x]\n',
    );
    expect(saidOf(bomb)).toBe('a body in YAML holds at most 5000 values');
    for (const piece of ['[[', '{}:\n', 'a: b: c\n', '- !b\n', '%X\n', '&a !b '])
      expect(saidOf(piece.repeat(8_000))).toBe('a body in YAML has at most 10000 indicators and lines');
    expect(saidOf(`a: ${'x'.repeat(MAX_YAML_BYTES)}`)).toBe('a body in YAML has at most 65536 bytes');
  });

  it('stays what it claims to be in YAML 1.2, also where it claims to be 1.1', () => {
    expect(read('%YAML 1.1\n---\na: yes\nb: 2026-01-01\nc: 0b1')).toEqual({ a: 'yes', b: '2026-01-01', c: '0b1' });
  });
});
