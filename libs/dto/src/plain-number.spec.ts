import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { PlainInteger, PlainNumber } from './plain-number.js';

class Query {
  @PlainInteger()
  count = 50;

  @PlainNumber()
  share?: number;
}
/** As queries are read. */
const read = (query: object): Query =>
  plainToInstance(Query, query, { enableImplicitConversion: true, exposeDefaultValues: true });

describe('numbers in addresses', () => {
  it('are read as people write them', () => {
    expect(read({ count: '0', share: '0.25' })).toEqual({ count: 0, share: 0.25 });
    expect(read({ count: '200', share: '1' })).toEqual({ count: 200, share: 1 });
    expect(read({})).toEqual({ count: 50 });
  });

  it.each(['', ' 1', '0x10', '1e1', '01', '+1', '-1', '1_000', '1.', '.5', 'Infinity', 'x'])(
    'stay text when they are %j',
    (text) => {
      expect(read({ count: text, share: text })).toEqual({ count: text, share: text });
    },
  );

  it('stay lists when they come twice', () => {
    expect(read({ count: ['1', '2'] }).count).toEqual(['1', '2']);
  });
});
