import { expect, test } from '@jest/globals';
import { RetrySchedule } from './retry-schedule.js';

const entry = { stream: 's', id: '1-0' };

test('each failure doubles the wait, up to the longest', () => {
  const schedule = new RetrySchedule({ firstMs: 100, longestMs: 1_000, entries: 10 });
  const waits = [1, 2, 3, 4, 5, 50].map((deliveries) => {
    schedule.hold(entry, deliveries, 0);
    let now = 0;
    while (schedule.takeDue(now).size === 0) now += 50;
    return now;
  });
  expect(waits).toEqual([100, 200, 400, 800, 1_000, 1_000]);
});

test('what is due is handed out once, by stream', () => {
  const schedule = new RetrySchedule({ firstMs: 100, longestMs: 100, entries: 2 });
  schedule.hold(entry, 1, 0);
  schedule.hold({ stream: 't', id: '1-0' }, 1, 50);
  expect(schedule.full).toBe(true);
  expect(schedule.all()).toEqual(new Map([['s', ['1-0']], ['t', ['1-0']]])); // prettier-ignore
  expect(schedule.takeDue(100)).toEqual(new Map([['s', ['1-0']]]));
  expect(schedule.takeDue(100).size).toBe(0);
  expect([schedule.holds(entry), schedule.holds({ stream: 't', id: '1-0' }), schedule.full]).toEqual([
    false,
    true,
    false,
  ]);
  schedule.clear();
  expect(schedule.takeDue(1_000).size).toBe(0);
});
