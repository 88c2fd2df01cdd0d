import { parseArgs } from 'node:util';
import { Failure } from '../../tools/setup/failure.mjs';

/** Fewer rounds say too little on a machine that does other things too. */
const FEWEST_ROUNDS = 9;

/**
 * Numbers from the command line, `--rounds=15 --seconds=2`.
 * @param defaults the options there are, with what they are when nothing is said
 * @throws Failure for an unknown option, no number, or too few rounds
 */
export function readOptions(defaults, args = process.argv.slice(2)) {
  const options = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: 'string' }]));
  let values;
  try {
    ({ values } = parseArgs({ args, options }));
  } catch (error) {
    throw new Failure(`${error.message}; there are ${Object.keys(defaults).join(', ')}`);
  }
  const chosen = { ...defaults };
  for (const [name, text] of Object.entries(values)) {
    chosen[name] = Number(text);
    if (!(chosen[name] > 0)) throw new Failure(`--${name} is \`${text}\`, not a number above 0`);
  }
  if (!Number.isInteger(chosen.rounds) || chosen.rounds < FEWEST_ROUNDS)
    throw new Failure(`--rounds must be a whole number, ${FEWEST_ROUNDS} or more`);
  return chosen;
}
