import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Server and callers get a core each, where the machine has two and lets us choose. */
export const canPin =
  availableParallelism() > 1 && ['0', '1'].every((core) => spawnSync('taskset', ['-c', core, 'true']).status === 0);

/** What to start a process by so that it stays on the core from its first moment: `taskset` becomes the program it starts. */
export const pinned = (core, program, args) =>
  canPin && core !== undefined
    ? { program: 'taskset', args: ['-c', String(core), program, ...args] }
    : { program, args };
