import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { Attributes } from './attributes.js';
import { compileCondition } from './condition.js';

const resultAt = (at: string | number, text: string, context: Record<string, unknown> = {}): boolean | string => {
  const { condition, faults } = compileCondition(text);
  if (!condition) throw new Error(JSON.stringify(faults));
  const request = {
    agent: { id: 'demo:echo' },
    action: { name: 'read' },
    env: { mode: 'test' },
    arguments: {},
    context,
  };
  return condition.evaluate(new Attributes({ ...request, at: typeof at === 'string' ? Date.parse(at) : at }));
};

describe('a time in a zone', () => {
  test.each([
    ['2026-03-08T01:30:00Z', 'now.getHours("Europe/Berlin") == 2'], // New York has no such hour that day
    ['2026-03-29T01:30:00Z', 'now.getHours("Europe/Berlin") == 3 && now.getMinutes("Europe/Berlin") == 30'],
    ['2026-07-05T12:00:00Z', 'now.getHours("Asia/Kolkata") == 17 && now.getMinutes("+05:30") == 30'],
    ['2026-12-31T23:30:15Z', 'now.getFullYear("Asia/Tokyo") == 2027 && now.getMonth("Asia/Tokyo") == 0'],
    [
      '2026-01-01T00:30:00Z',
      'now.getDate("America/Los_Angeles") == 31 && now.getDayOfMonth("America/Los_Angeles") == 30',
    ],
    ['2026-01-04T02:00:15Z', 'now.getDayOfWeek("America/New_York") == 6 && now.getSeconds("America/New_York") == 15'],
    ['2026-01-04T00:00:00Z', 'now.getHours("UTC") == 0'],
    ['2026-01-01T00:00:00Z', 'timestamp("2026-06-01T00:00:00Z").getHours("Europe/Berlin") == 2'],
  ])('at %s: %s', (at, text) => {
    expect(resultAt(at, text)).toBe(true);
  });

  test('is looked at also inside of loops, and where the zone comes with the request', () => {
    const loop = 'context.times.all(t, timestamp(t).getHours(context.zone) == 2)';
    const times = ['2026-03-08T01:30:00Z', '2026-03-09T01:30:00Z'];
    expect(resultAt(0, loop, { times, zone: 'Europe/Berlin' })).toBe(true);
    expect(resultAt(0, loop, { times, zone: 'Europe/London' })).toBe(false);
  });

  test('is the time of UTC in UTC', () => {
    const names = [
      'FullYear',
      'Month',
      'Date',
      'DayOfMonth',
      'DayOfWeek',
      'Hours',
      'Minutes',
      'Seconds',
      'Milliseconds',
    ];
    const same = names.map((name) => `now.get${name}("UTC") == now.get${name}()`).join(' && ');
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1), max: Date.UTC(9999) }), (at) => expect(resultAt(at, same)).toBe(true)),
    );
  });

  test('is an error in a zone nobody knows, and for a moment that is none', () => {
    for (const getter of ['getHours', 'getMilliseconds'])
      expect(resultAt('2026-01-01T00:00:00Z', `now.${getter}("Mars/Olympus") == 0`)).toMatch(/time zone/);
    expect(resultAt(Number.NaN, 'now.getHours("UTC") == 1')).toBe('the time is not known');
  });

  test('is found without the zone of the machine, which may leave that hour out', () => {
    const getters = ['getFullYear', 'getMonth', 'getDate', 'getDay', 'getHours', 'getMinutes', 'getSeconds'] as const;
    const asked = getters.map((name) => jest.spyOn(Date.prototype, name));
    expect(resultAt('2026-03-08T01:30:00Z', 'now.getHours("Europe/Berlin") == 2 && now.getHours() == 1')).toBe(true);
    expect(asked.flatMap(({ mock }) => mock.calls)).toEqual([]);
    for (const spy of asked) spy.mockRestore();
  });

  test('is asked for by the names of CEL alone', () => {
    const faultOf = (text: string): string | undefined => compileCondition(text).faults[0]?.detail;
    expect(faultOf('now.getHoursOwn("UTC") == 1')).toBe('`getHoursOwn` is not available');
    expect(faultOf('now.getHours(1) == 1')).not.toContain('getHoursOwn');
    expect(faultOf('now.getHours("UTC", 1) == 1')).toBeDefined();
  });
});
