import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CHECKOUT } from '../setup/checkout.mjs';
import { packageProgram } from '../setup/command.mjs';

// Jest loads ES modules through an interface that Node still calls experimental.
const NODE_FLAGS = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];

const choosesWorkers = (argument) => /^(-i|-w|--runInBand|--maxWorkers)/.test(argument);

/** At least two: with one, Jest runs suites in its own process, and a suite that crashes takes the whole run with it. */
const workers = () => `--maxWorkers=${Math.max(2, os.availableParallelism() - 1)}`;

const readReport = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
};

/**
 * Runs Jest with its usual output.
 * @param atInterruption takes a function that ends it
 * @returns `{status, report}`: its exit status, and its JSON report if it came to writing one
 */
export async function runJest(args, environment, atInterruption) {
  const file = path.join(os.tmpdir(), `agion-jest-${process.pid}.json`);
  const options = ['--json', `--outputFile=${file}`, ...(args.some(choosesWorkers) ? [] : [workers()])];
  const child = spawn(process.execPath, [...NODE_FLAGS, packageProgram('jest'), ...options, ...args], {
    cwd: CHECKOUT,
    env: environment,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  atInterruption(() => child.kill('SIGKILL'));
  const [code] = await once(child, 'exit');
  const report = readReport(file);
  rmSync(file, { force: true });
  return { status: code ?? 1, report };
}
