import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DEFAULT_ORGANIZATION } from '@agion/wire';
import { LaterRefresh } from './later-refresh.js';

const DELAY = 1_000;
let asked: string[];
let works: boolean;
let later: LaterRefresh;

beforeEach(() => {
  jest.useFakeTimers();
  [asked, works] = [[], true];
  later = new LaterRefresh((_, ids) => {
    asked.push(ids.join());
    return Promise.resolve(works);
  }, DELAY);
});
afterEach(() => {
  later.stop();
  jest.useRealTimers();
});

const note = (...ids: string[]): void => later.note(DEFAULT_ORGANIZATION, ids);
const pass = (delays = 1): Promise<void> => jest.advanceTimersByTimeAsync(delays * DELAY);

describe('refreshing later', () => {
  it('gathers agents, each once', async () => {
    note('a', 'b');
    note('b', 'c');
    await pass(3);
    expect(asked).toEqual(['a,b,c']);
  });

  it('is tried again until it works, together with what has changed meanwhile', async () => {
    works = false;
    note('a');
    await pass();
    note('b');
    await pass();
    works = true;
    await pass(3);
    expect(asked).toEqual(['a', 'a,b', 'a,b']);
  });

  it('ends when it is stopped, also in the middle of failing', async () => {
    works = false;
    note('a');
    jest.advanceTimersByTime(DELAY);
    later.stop();
    await pass();
    note('b');
    await pass();
    expect(asked).toEqual(['a']);
  });
});
