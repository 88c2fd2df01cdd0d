import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { JsonField, Verbatim } from './json-field.js';

class Entry {
  @JsonField()
  payload?: unknown;
}
class Body {
  @Verbatim()
  input?: unknown;
}
const read = (payload: string): unknown => plainToInstance(Entry, { payload }).payload;

describe('a field that holds JSON', () => {
  it('becomes the value', () => {
    expect(read('{"a":[1,{"b":null}]}')).toEqual({ a: [1, { b: null }] });
    expect(plainToInstance(Entry, {}).payload).toBeUndefined();
  });

  it.each([
    ['not JSON', '{"a":'],
    ['U+0000 in a text', '{"a":["\\u0000"]}'],
    ['U+0000 in a name', '{"\\u0000":1}'],
    ['half of a surrogate pair', '{"a":"\\ud83d"}'],
    ['two hundred thousand levels', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
  ])('stays text when it is or has %s', (_, text) => {
    expect(read(text)).toBe(text);
  });

  it('is as it came in a body, whatever its keys are', () => {
    const input = { toString: 'x', then: [{ valueOf: 1 }] };
    expect(plainToInstance(Body, { input }).input).toEqual(input);
    expect(plainToInstance(Body, {}).input).toBeUndefined();
  });
});
