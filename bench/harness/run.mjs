import { Ending } from '../../tools/launcher/ending.mjs';
import { report } from '../../tools/setup/failure.mjs';

const LONGEST_MINUTES = 5;

/**
 * Runs a benchmark to its verdict, the last line printed and the exit status: 0 only when `work` finds nothing wrong. Whatever it has
 * started, also when it is interrupted or hangs, is stopped.
 * @param work gets an `Ending` to register clean-ups with; returns `{fine, verdict}`
 */
export async function runBenchmark(work) {
  const ending = new Ending();
  const guard = setTimeout(() => ending.end(1, `not done after ${LONGEST_MINUTES} minutes`), LONGEST_MINUTES * 60_000);
  let outcome = { fine: false, verdict: 'no result' };
  try {
    outcome = await ending.until(() => work(ending));
  } catch (error) {
    report(error);
    outcome.verdict = `no result: ${ending.isOver ? 'interrupted' : error.message.split('\n')[0]}`;
  }
  clearTimeout(guard);
  await ending.cleanUp();
  console.log(`${outcome.fine ? '✓' : '✗'} ${outcome.verdict}`);
  process.exit(outcome.fine ? 0 : 1);
}
