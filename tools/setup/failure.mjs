/** Something the person at the keyboard can mend: shown by its message alone, without a stack. */
export class Failure extends Error {}

/** Shows an error at the end of a command. */
export function report(error) {
  const text = error instanceof Failure ? error.message : (error?.stack ?? String(error));
  process.stderr.write(`\n✗ ${text}\n`);
}
