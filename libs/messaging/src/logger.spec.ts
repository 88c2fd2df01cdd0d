import { expect, test } from '@jest/globals';
import { type Logger, rateLimitedLogger } from './logger.js';

test('a level speaks once per interval and says how often it was silent', () => {
  const lines: unknown[] = [];
  const keep =
    (level: string): Logger['info'] =>
    (fields, message) =>
      lines.push([level, fields, message]);
  let now = 0;
  const log = rateLimitedLogger({ info: keep('info'), warn: keep('warn'), error: keep('error') }, 1_000, () => now);
  for (; now < 1_000; now += 100) log.warn({ now }, 'down');
  log.error({ now }, 'another level');
  log.warn({ now }, 'down');
  expect(lines).toEqual([
    ['warn', { now: 0 }, 'down'],
    ['error', { now: 1_000 }, 'another level'],
    ['warn', { now: 1_000, suppressed: 9 }, 'down'],
  ]);
});
