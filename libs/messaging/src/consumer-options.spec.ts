import { describe, expect, test } from '@jest/globals';
import { consumerSettings, type StreamConsumerOptions } from './consumer-options.js';
import { UnavailableError } from './errors.js';

const options = (changed: Partial<StreamConsumerOptions> = {}): StreamConsumerOptions => ({
  redisUrl: 'redis://localhost',
  group: 'g',
  consumer: 'c',
  streams: () => [],
  handle: () => Promise.resolve(),
  handlerTimeoutMs: 1_000,
  minIdleMs: 3_000,
  ...changed,
});

describe('the settings of a consumer', () => {
  test('have defaults, but none for the times a handler needs', () => {
    expect(consumerSettings(options())).toMatchObject({ count: 100, blockMs: 2_000, maxDeliveries: 5 });
  });

  test.each([
    [{ minIdleMs: 2_999 }, '`minIdleMs` must be a whole number from 3000'],
    [{ blockMs: 5_001 }, '`blockMs` must be a whole number from 1 to 5000'],
    [{ blockMs: 0 }, '`blockMs`'],
    [{ count: 0 }, '`count`'],
    [{ maxDeliveries: 0 }, '`maxDeliveries`'],
    [{ consumer: '' }, '`group` and `consumer` need a name'],
  ])('%p is refused', (changed, message) => {
    expect(() => consumerSettings(options(changed))).toThrow(message);
  });

  test('an unavailable cause anywhere in the chain counts, and so does what the owner says', () => {
    const { isUnavailable } = consumerSettings(options({ isUnavailable: (error) => String(error).includes('57P01') }));
    expect(isUnavailable(new Error('x', { cause: new UnavailableError('down') }))).toBe(true);
    expect(isUnavailable(new Error('57P01'))).toBe(true);
    expect(isUnavailable(new Error('x'))).toBe(false);
  });
});
