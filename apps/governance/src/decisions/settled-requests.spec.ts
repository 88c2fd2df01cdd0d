import { expect, it } from '@jest/globals';
import { SettledRequests } from './settled-requests.js';

const entry = (id: string, organization = 'a'): { id: string; organization: { id: string } } => ({
  id,
  organization: { id: organization },
});

it('requests that are settled are known by entry and organization', () => {
  const settled = new SettledRequests(3);
  settled.add([entry('1-0'), entry('2-0')]);
  expect([entry('1-0'), entry('1-0', 'b'), entry('3-0')].map((one) => settled.has(one))).toEqual([true, false, false]);
});

it('at least so many of the latest are known, and at most twice as many', () => {
  const settled = new SettledRequests(3);
  const entries = Array.from({ length: 20 }, (_, number) => entry(`${number}-0`));
  for (const [index, one] of entries.entries()) {
    settled.add([one]);
    const known = entries.filter((each) => settled.has(each));
    expect(known).toEqual(entries.slice(index + 1 - known.length, index + 1));
    expect(known.length).toBeGreaterThanOrEqual(Math.min(index + 1, 3));
    expect(known.length).toBeLessThanOrEqual(6);
  }
});
