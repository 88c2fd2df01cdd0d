import pino from 'pino';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { Upkeep } from './upkeep.js';

const lines: string[] = [];
const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });

describe('upkeep', () => {
  it('begins at once, goes on, one round at a time, and waits for the last one when it is stopped', async () => {
    let begun = 0;
    let under = 0;
    let most = 0;
    let done = 0;
    const work = async (): Promise<void> => {
      begun += 1;
      most = Math.max(most, (under += 1));
      await new Promise((resolve) => setTimeout(resolve, 12));
      under -= 1;
      done += 1;
    };
    const upkeep = new Upkeep({ everyMs: 5, work, logger, failure: 'failed' });
    upkeep.start();
    expect(begun).toBe(1);
    await eventually(() => expect(done).toBeGreaterThan(2));
    await upkeep.stop();
    expect([under, most, done]).toEqual([0, 1, begun]);
  });

  it('tells of a round that fails, and tries again', async () => {
    let rounds = 0;
    const work = (): Promise<void> => Promise.reject(new Error(`round ${(rounds += 1)}`));
    const upkeep = new Upkeep({ everyMs: 5, work, logger, failure: 'what is old cannot be removed' });
    upkeep.start();
    await eventually(() => expect(rounds).toBeGreaterThan(2));
    await upkeep.stop();
    expect(lines.join('')).toContain('"msg":"what is old cannot be removed"');
  });

  it('goes on with another round when it is asked to, and ends a long one when it is stopped', async () => {
    const rounds: AbortSignal[] = [];
    const work = async (stopping: AbortSignal): Promise<void> => {
      rounds.push(stopping);
      while (rounds.length > 1 && !stopping.aborted) await new Promise((resolve) => setTimeout(resolve, 1));
    };
    const upkeep = new Upkeep({ everyMs: 60_000, work, logger, failure: 'failed' });
    upkeep.start();
    upkeep.again();
    await eventually(() => expect(rounds).toHaveLength(2));
    await upkeep.stop();
    upkeep.again();
    await Promise.resolve();
    expect(rounds.map(({ aborted }) => aborted)).toEqual([true, true]);
  });
});
