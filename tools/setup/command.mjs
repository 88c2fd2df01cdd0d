import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { CHECKOUT, inCheckout } from './checkout.mjs';
import { Failure } from './failure.mjs';

const TAIL_LINES = 40;
const KEPT_CHARACTERS = 20_000;
const PATIENCE = 3_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** The script behind a command that a package brings, to be run by the Node of one's choice. */
export const packageProgram = (name) => realpathSync(inCheckout('node_modules', '.bin', name));

/** The last lines of a program's output, indented and without colors. */
export const tail = (output, lines = TAIL_LINES) =>
  stripVTControlCharacters(output)
    .trimEnd()
    .split('\n')
    .slice(-lines)
    .map((line) => `    ${line}`)
    .join('\n');

/**
 * Runs a program to its end with its output kept aside. A signal to us goes on to it.
 * @param shown how a person would run the same by hand
 * @returns the end of its output
 * @throws Failure with the output's last lines and `shown`
 */
export function run(program, args, { env = process.env, cwd = CHECKOUT, shown = [program, ...args].join(' ') } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let interrupted;
    let force;
    const keep = (data) => {
      output = (output + data).slice(-KEPT_CHARACTERS);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const forward = (signal) => {
      interrupted = signal;
      child.kill(signal);
      force ??= setTimeout(() => child.kill('SIGKILL'), PATIENCE); // npm would rather finish first
    };
    for (const signal of SIGNALS) process.on(signal, forward);
    const settle = (error) => {
      clearTimeout(force);
      for (const signal of SIGNALS) process.off(signal, forward);
      if (interrupted) reject(new Failure(`interrupted by ${interrupted}`));
      else if (error) reject(new Failure(`${error}\n${tail(output)}\n  To see all of it, run: ${shown}`));
      else resolve(output);
    };
    child.on('error', (error) => settle(`\`${shown}\` cannot be started: ${error.message}`));
    child.on('close', (code, signal) =>
      settle(code === 0 ? undefined : `\`${shown}\` failed (${signal ?? `status ${code}`}):`),
    );
  });
}
