import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inCheckout } from '../setup/checkout.mjs';
import { Failure } from '../setup/failure.mjs';
import { summaryLine } from './jest-summary.mjs';
import { riskTable } from './risk-table.mjs';
import { runTests } from './test-run.mjs';

const FOLDER = ['e2e', 'security'];
const OPENS_RISK = /openRisk\(\s*'([\w-]+)'/g;

/** Which test files open rows of which suite. */
function filesOfSuites() {
  const suites = new Map();
  for (const file of readdirSync(inCheckout(...FOLDER)).filter((name) => name.endsWith('.spec.ts'))) {
    const text = readFileSync(inCheckout(...FOLDER, file), 'utf8');
    for (const [, suite] of text.matchAll(OPENS_RISK))
      suites.set(suite, (suites.get(suite) ?? new Set()).add(path.posix.join(...FOLDER, file)));
  }
  return suites;
}

const readRows = (file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/**
 * `npm run test:security -- <suite>`: the tests that attack, and a table of what came of it. It fails for a breach, and for a row without
 * its positive control.
 */
export async function main([name, ...options]) {
  const suites = filesOfSuites();
  const names = [...suites.keys()].sort().join(', ');
  if (name === undefined) {
    console.log(`npm run test:security -- <suite>, one of: ${names}`);
    return 0;
  }
  const files = suites.get(name);
  if (!files) throw new Failure(`there is no suite \`${name}\`; there are: ${names}`);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'agion-security-'));
  const file = path.join(folder, 'rows.jsonl');
  writeFileSync(file, '');
  try {
    const counts = await runTests([...options, ...files], { AGION_SECURITY_ROWS: file });
    const { lines, faults } = riskTable(readRows(file).filter(({ suite }) => suite === name));
    console.log(['', ...lines, '', summaryLine(counts)].join('\n'));
    return faults === 0 && counts.failed === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
