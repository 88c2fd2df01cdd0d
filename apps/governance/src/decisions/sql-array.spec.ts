import { describe, expect, it } from '@jest/globals';
import { plainArray, textArray } from './sql-array.js';

describe('an array literal', () => {
  it('quotes what has to be quoted', () => {
    expect(textArray(['demo:echo', 'a b', 'a,b', '{', '"', '\\', '', 'null', 'NULL', null, "it's"])).toBe(
      '{demo:echo,"a b","a,b","{","\\"","\\\\","","null","NULL",NULL,"it\'s"}',
    );
    expect(textArray([])).toBe('{}');
  });

  it('leaves plain values as they are', () => {
    expect(plainArray([1, 0.5, true, null, 'allow'])).toBe('{1,0.5,true,NULL,allow}');
  });
});
