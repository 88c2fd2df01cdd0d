import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { CHECKOUT, inCheckout } from '../setup/checkout.mjs';
import { packageProgram } from '../setup/command.mjs';
import { EQUIVALENTS, LEAST, REPORT } from './mutation.config.mjs';
import { mutationTable } from './mutation-table.mjs';

/** `npm run test:mutation`: changes the policy engine in hundreds of places, one at a time, and tells which changes no test notices. */
export async function main(options) {
  const child = spawn(
    process.execPath,
    [packageProgram('stryker'), 'run', inCheckout('tools', 'testing', 'mutation.config.mjs'), ...options],
    { cwd: CHECKOUT, stdio: 'inherit' },
  );
  const [code] = await once(child, 'exit');
  if (code !== 0) return code ?? 1;
  const { files } = JSON.parse(readFileSync(inCheckout(REPORT), 'utf8'));
  const { lines, faults } = mutationTable(files, EQUIVALENTS, LEAST);
  console.log(['', ...lines].join('\n'));
  return faults === 0 ? 0 : 1;
}
