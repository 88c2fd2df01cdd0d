const live = process.stdout.isTTY === true && !process.env.CI;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const SPEAK_AFTER = 1_000;
const SPEAK_AGAIN = 15_000;

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
const print = (text) => process.stdout.write(`${text}\n`);
const redraw = (text) => process.stdout.write(`\r\x1b[2K${text}`);

let running = false;
let current; // the running step's live line, redrawn after anything else is printed

/** Prints a line without tearing the live line of a running step. */
export function say(text) {
  if (current) redraw('');
  print(text);
}

/**
 * Runs `work` and shows one line for it: on a terminal a live one, elsewhere one after a second and then every 15 s. The line at
 * the end carries the time it took, and what `work` told `detail`. A step within a step has no line of its own.
 * @param label what is done, in the imperative: `build 12 projects`
 */
export async function step(label, work) {
  const since = Date.now();
  let suffix = '';
  const detail = (text) => {
    suffix = `: ${text}`;
  };
  if (running) return work(detail);
  running = true;
  const stopLine = live ? liveLine(label, since) : slowLines(label, since);
  try {
    const result = await work(detail);
    stopLine();
    print(`  ✓ ${label}${suffix} (${seconds(since)})`);
    return result;
  } catch (error) {
    stopLine();
    print(`  ✗ ${label} (${seconds(since)})`);
    throw error;
  } finally {
    running = false;
  }
}

function liveLine(label, since) {
  let frame = 0;
  current = () =>
    redraw(`  ${FRAMES[frame++ % FRAMES.length]} ${label} … ${Math.floor((Date.now() - since) / 1000)} s`);
  current();
  const timer = setInterval(() => current?.(), 120);
  return () => {
    clearInterval(timer);
    current = undefined;
    redraw('');
  };
}

function slowLines(label, since) {
  let timer = setTimeout(() => {
    print(`  … ${label}`);
    timer = setInterval(() => print(`  … ${label}, ${seconds(since)}`), SPEAK_AGAIN);
  }, SPEAK_AFTER);
  return () => clearTimeout(timer);
}
