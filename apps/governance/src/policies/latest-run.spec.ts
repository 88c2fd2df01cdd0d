import { describe, expect, it } from '@jest/globals';
import { LatestRun } from './latest-run.js';

/** Runs that end when they are told to. */
function controlled(): { run: LatestRun<number>; started: () => number; end: (error?: Error) => Promise<void> } {
  let started = 0;
  const ends: ((error?: Error) => void)[] = [];
  const run = new LatestRun<number>(() => {
    const number = ++started;
    return new Promise((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve(number))));
  });
  const end = async (error?: Error): Promise<void> => {
    ends.shift()?.(error);
    for (let i = 0; i < 10; i++) await Promise.resolve();
  };
  return { run, started: () => started, end };
}

describe('a shared run', () => {
  it('begins at once when none is under way', async () => {
    const { run, end } = controlled();
    const result = run.ask();
    await end();
    await expect(result).resolves.toBe(1);
  });

  it('is the next one for all who ask while one is under way', async () => {
    const { run, started, end } = controlled();
    const first = run.ask();
    const later = [run.ask(), run.ask(), run.ask()];
    await end();
    expect(started()).toBe(2);
    await end();
    await expect(first).resolves.toBe(1);
    await expect(Promise.all(later)).resolves.toEqual([2, 2, 2]);
    expect(started()).toBe(2);
  });

  it('follows one that failed', async () => {
    const { run, end } = controlled();
    const first = run.ask();
    const second = run.ask();
    const failed = expect(first).rejects.toThrow('no');
    await end(new Error('no'));
    await end();
    await failed;
    await expect(second).resolves.toBe(2);
    const third = run.ask();
    await end();
    await expect(third).resolves.toBe(3);
  });
});
