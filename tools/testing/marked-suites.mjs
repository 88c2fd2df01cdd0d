import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inCheckout } from '../setup/checkout.mjs';
import { Failure } from '../setup/failure.mjs';
import { summaryLine } from './jest-summary.mjs';
import { runTests } from './test-run.mjs';

/** @returns which test files of a folder open rows of which suite, by the calls they make, e.g. `openRisk('identity', …)` */
function filesOfSuites(folder, opens) {
  const suites = new Map();
  for (const file of readdirSync(inCheckout(...folder)).filter((name) => name.endsWith('.spec.ts'))) {
    const text = readFileSync(inCheckout(...folder, file), 'utf8');
    for (const [, suite] of text.matchAll(opens))
      suites.set(suite, (suites.get(suite) ?? new Set()).add(path.posix.join(...folder, file)));
  }
  return suites;
}

const readRows = (file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/**
 * Runs the tests of a suite, which write rows of a table into a file, and prints the table.
 * @param command as it is called, for its usage
 * @param folder where the test files are, in parts
 * @param opens a global pattern whose group is the suite of a row
 * @param environment what the tests get to see; `fileVariable` names the file for the rows
 * @param table `(rows) => {lines, faults}`
 * @returns the exit status: 0 without a fault and without a failed test
 */
export async function runSuite({ command, folder, opens, fileVariable, table }, [name, ...options], environment = {}) {
  const suites = filesOfSuites(folder, opens);
  const names = [...suites.keys()].sort().join(', ');
  if (name === undefined) {
    console.log(`${command} -- <suite>, one of: ${names}`);
    return 0;
  }
  const files = suites.get(name);
  if (!files) throw new Failure(`there is no suite \`${name}\`; there are: ${names}`);
  const temporary = mkdtempSync(path.join(os.tmpdir(), 'agion-rows-'));
  const file = path.join(temporary, 'rows.jsonl');
  writeFileSync(file, '');
  try {
    const counts = await runTests([...options, ...files], { ...environment, [fileVariable]: file });
    const { lines, faults } = table(readRows(file).filter(({ suite }) => suite === name));
    console.log(['', ...lines, '', summaryLine(counts)].join('\n'));
    return faults === 0 && counts.failed === 0 ? 0 : 1;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
