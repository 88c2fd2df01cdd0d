import { describe, expect, it } from '@jest/globals';
import { bearerOf } from './bearer.js';

const request = (...values: string[]): Parameters<typeof bearerOf>[0] => ({
  headers: values[0] === undefined ? {} : { authorization: values[0] }, // Node keeps the first of several
  rawHeaders: ['Host', 'x', ...values.flatMap((value, i) => [i === 0 ? 'Authorization' : 'AUTHORIZATION', value])],
});

describe('the Authorization header', () => {
  it('is one bearer token', () => {
    expect(bearerOf(request('Bearer abc.def-_~+/=='))).toBe('abc.def-_~+/==');
    expect(bearerOf(request('bearer  abc'))).toBe('abc');
  });

  it('may be absent', () => {
    expect(bearerOf(request())).toBeUndefined();
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Basic abc',
    'abc',
    'Bearer a b',
    'Bearer a, Bearer b',
    'Bearer a,b',
    'Bearer "a"',
  ])('is refused as `%s`', (value) => {
    expect(() => bearerOf(request(value))).toThrow(/exactly one/);
  });

  it('is refused when given twice, also with the same token', () => {
    expect(() => bearerOf(request('Bearer good', 'Bearer good'))).toThrow(/exactly one/);
    expect(() => bearerOf(request('Bearer good', 'Bearer admin'))).toThrow(/exactly one/);
  });
});
