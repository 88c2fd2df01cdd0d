import { expect, it } from '@jest/globals';
import { SettledRequests } from './settled-requests.js';

const entry = (id: string, organization = 'a'): { id: string; organization: { id: string } } => ({
  id,
  organization: { id: organization },
});

it('requests that are settled are known by entry and organization, and the oldest are forgotten', () => {
  const settled = new SettledRequests(3);
  settled.add([entry('1-0'), entry('2-0')]);
  expect([settled.has(entry('1-0')), settled.has(entry('1-0', 'b')), settled.has(entry('3-0'))]).toEqual([true, false, false]); // prettier-ignore
  settled.add([entry('3-0'), entry('4-0')]);
  expect(['1-0', '2-0', '3-0', '4-0'].map((id) => settled.has(entry(id)))).toEqual([false, true, true, true]);
});
