import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from './errors.js';
import { RedisClock } from './redis-clock.js';

/** A server whose clock a test sets, and the machine's own, which only goes on. */
class Machine {
  server = 1_700_000_000_000;
  monotonic = 5_000;
  asked = 0;
  answers = true;
  readonly clock = new RedisClock({ time: () => this.time() }, () => this.monotonic);

  passes(ms: number): void {
    this.server += ms;
    this.monotonic += ms;
  }

  private time(): Promise<[number, number]> {
    this.asked += 1;
    if (!this.answers) return Promise.reject(new Error('connection is closed'));
    return Promise.resolve([Math.floor(this.server / 1_000), (this.server % 1_000) * 1_000]);
  }
}

describe('the time by the clock of Redis', () => {
  it('is asked for once, and measured from then on', async () => {
    const machine = new Machine();
    expect(await machine.clock.now()).toBe(1_700_000_000_000);
    machine.passes(9_999);
    expect(await machine.clock.now()).toBe(1_700_000_009_999);
    expect(machine.asked).toBe(1);
  });

  it('is asked for again after ten seconds, by nobody who has to wait for it', async () => {
    const machine = new Machine();
    await machine.clock.now();
    machine.server += 3_600_000;
    machine.passes(10_000);
    expect(await Promise.all([machine.clock.now(), machine.clock.now()])).toEqual([
      1_700_000_010_000, 1_700_000_010_000,
    ]);
    expect(machine.asked).toBe(2);
    expect(await machine.clock.now()).toBe(machine.server);
  });

  it('goes on while Redis is away, and is unavailable where it never told', async () => {
    const machine = new Machine();
    machine.answers = false;
    await expect(machine.clock.now()).rejects.toBeInstanceOf(UnavailableError);
    machine.answers = true;
    await machine.clock.now();
    machine.answers = false;
    machine.passes(60_000);
    expect(await machine.clock.now()).toBe(machine.server);
  });
});
