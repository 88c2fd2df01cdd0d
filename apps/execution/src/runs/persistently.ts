import { setTimeout as delay } from 'node:timers/promises';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Tries again while it fails, for so long. For what must not be lost to a server's short absence.
 * @throws the last error when the patience is at its end
 */
export async function persistently<Result>(work: () => Promise<Result>, patienceMs: number): Promise<Result> {
  const deadline = performance.now() + patienceMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() + pause > deadline) throw error;
      await delay(pause);
    }
  }
}
