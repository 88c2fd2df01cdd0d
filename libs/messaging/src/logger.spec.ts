import { beforeEach, expect, test } from '@jest/globals';
import { type Logger, rateLimitedLogger } from './logger.js';

let now: number;
let lines: unknown[];
let due: { at: number; call: () => void }[];
let log: Logger;
beforeEach(() => {
  now = 0;
  lines = [];
  due = [];
  const keep =
    (level: string): Logger['info'] =>
    (fields, message) =>
      lines.push([level, fields, message]);
  const after = (ms: number, call: () => void): unknown => due.push({ at: now + ms, call });
  log = rateLimitedLogger({ info: keep('info'), warn: keep('warn'), error: keep('error') }, 1_000, after);
});

function pass(ms: number): void {
  const until = now + ms;
  for (let next = due[0]; next && next.at <= until; next = due[0]) {
    due.shift();
    now = next.at;
    next.call();
  }
  now = until;
}

test('a message is said once per level and interval, and how often it was not', () => {
  for (let time = 0; time < 1_000; time += 100, pass(100)) log.warn({ time }, 'down');
  log.error({}, 'down');
  log.warn({ time: 1_000 }, 'down');
  expect(lines).toEqual([
    ['warn', { time: 0 }, 'down'],
    ['warn', { time: 900, suppressed: 8 }, 'down'],
    ['error', {}, 'down'],
  ]);
});

test('what was held back last is said when the interval is over, though nothing comes after it', () => {
  for (const entry of [1, 2, 3]) log.error({ entry }, 'lost');
  pass(1_000);
  pass(60_000);
  log.error({ entry: 4 }, 'lost');
  log.error({ entry: 5 }, 'lost');
  pass(1_000);
  expect(lines).toEqual([
    ['error', { entry: 1 }, 'lost'],
    ['error', { entry: 3, suppressed: 1 }, 'lost'],
    ['error', { entry: 4 }, 'lost'],
    ['error', { entry: 5 }, 'lost'],
  ]);
  pass(1_000);
  expect(due).toEqual([]);
});

test('one message hides no other', () => {
  log.warn({}, 'down');
  log.warn({}, 'lost');
  expect(lines).toEqual([
    ['warn', {}, 'down'],
    ['warn', {}, 'lost'],
  ]);
});

test('those who share a limited logger are limited together', () => {
  for (const reader of ['a', 'b', 'c']) rateLimitedLogger(log).error({ reader }, 'down');
  pass(1_000);
  expect(lines).toEqual([
    ['error', { reader: 'a' }, 'down'],
    ['error', { reader: 'c', suppressed: 1 }, 'down'],
  ]);
});

test('a logger that throws does so where it is called, and nowhere else', () => {
  const refuse = (): never => {
    throw new Error('full');
  };
  const full = rateLimitedLogger({ info: refuse, warn: refuse, error: refuse }, 1_000, (ms, call) =>
    due.push({ at: now + ms, call }),
  );
  expect(() => full.warn({}, 'down')).toThrow('full');
  full.warn({}, 'down');
  expect(() => pass(5_000)).not.toThrow();
});
