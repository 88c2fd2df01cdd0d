import { beforeEach, expect, test } from '@jest/globals';
import { type Logger, rateLimitedLogger } from './logger.js';

let now: number;
let lines: unknown[];
let log: Logger;
beforeEach(() => {
  now = 0;
  lines = [];
  const keep =
    (level: string): Logger['info'] =>
    (fields, message) =>
      lines.push([level, fields, message]);
  log = rateLimitedLogger({ info: keep('info'), warn: keep('warn'), error: keep('error') }, 1_000, () => now);
});

test('a message is said once per level and interval, and how often it was not', () => {
  for (; now < 1_000; now += 100) log.warn({ now }, 'down');
  log.error({ now }, 'another level');
  log.warn({ now }, 'down');
  expect(lines).toEqual([
    ['warn', { now: 0 }, 'down'],
    ['error', { now: 1_000 }, 'another level'],
    ['warn', { now: 1_000, suppressed: 9 }, 'down'],
  ]);
});

test('one message hides no other', () => {
  log.warn({}, 'down');
  log.warn({}, 'lost');
  log.warn({}, 'down');
  expect(lines).toEqual([
    ['warn', {}, 'down'],
    ['warn', {}, 'lost'],
  ]);
});

test('those who share a limited logger are limited together', () => {
  for (const reader of ['a', 'b', 'c']) rateLimitedLogger(log).error({ reader }, 'down');
  now = 1_000;
  rateLimitedLogger(log).error({ reader: 'a' }, 'down');
  expect(lines).toEqual([
    ['error', { reader: 'a' }, 'down'],
    ['error', { reader: 'a', suppressed: 2 }, 'down'],
  ]);
});
