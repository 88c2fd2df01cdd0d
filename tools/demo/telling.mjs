import { say } from '../setup/progress.mjs';
import { Failure } from '../setup/failure.mjs';

/**
 * Goes through the steps of a story, and tells each from what came of it.
 * @param steps `{title, run(scene, tell)}`; `tell` adds a line
 * @throws Failure naming the first step that did not go as it should, and why
 */
export async function tell(steps, scene) {
  for (const [index, { title, run }] of steps.entries()) {
    const number = String(index + 1).padStart(2);
    const lines = [];
    try {
      await run(scene, (line) => lines.push(line));
    } catch (error) {
      say(`✗ ${number}  ${title}`);
      for (const line of lines) say(`       ${line}`);
      throw new Failure(`step ${index + 1}, \`${title}\`: ${error.message}`, { cause: error });
    }
    say(`✓ ${number}  ${title}`);
    for (const line of lines) say(`       ${line}`);
  }
}

/** @throws Failure unless it is as expected */
export function expect(isAsExpected, otherwise) {
  if (!isAsExpected) throw new Failure(otherwise);
}

/** Milliseconds until a fact that is on its way has arrived at last. */
const PATIENCE = 20_000;

/**
 * Looks again and again until there is something to see.
 * @param look answers undefined as long as there is not
 * @throws Failure saying `what` did not come
 */
export async function eventually(what, look, { patience = PATIENCE, pause = 50 } = {}) {
  for (const deadline = Date.now() + patience; ;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() >= deadline) throw new Failure(`${what} within ${patience / 1_000} s`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
