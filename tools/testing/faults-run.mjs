import { randomInt } from 'node:crypto';
import { faultTable } from './fault-table.mjs';
import { runSuite } from './marked-suites.mjs';

/**
 * `npm run test:faults -- <suite>`: the tests that break things, and a table of what came of it. `--full` takes the figures of the whole matrix,
 * in which a row that this machine cannot run is a failure; `--kills` runs one row at those figures, the one that kills consumers;
 * `--seed=N` makes the choices of an earlier run again.
 */
export function main(args) {
  const kills = args.includes('--kills');
  const full = args.includes('--full') || kills;
  const seed = args.map((argument) => /^--seed=(\d+)$/.exec(argument)?.[1]).find(Boolean) ?? String(randomInt(2 ** 31));
  const rest = args.filter((argument) => !['--full', '--kills'].includes(argument) && !argument.startsWith('--seed='));
  if (rest.length > 0) console.log(`seed ${seed}: --seed=${seed} makes the same choices again`);
  return runSuite(
    {
      command: 'npm run test:faults',
      folder: ['e2e', 'faults'],
      opens: /openFault\(\s*'([\w-]+)'/g,
      fileVariable: 'AGION_FAULT_ROWS',
      table: (rows) => faultTable(rows, { full }),
    },
    kills ? [...rest, '-t', 'is killed \\d+ times'] : rest,
    { AGION_FAULT_SCALE: full ? 'full' : 'usual', AGION_FAULT_SEED: seed },
  );
}
