import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { CHECKOUT, inCheckout } from '../setup/checkout.mjs';
import { run } from '../setup/command.mjs';
import { Failure } from '../setup/failure.mjs';

const GENERATE = inCheckout('tools', 'generate.mjs');

const listFiles = () =>
  execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: CHECKOUT,
    encoding: 'utf8',
  })
    .split('\0')
    .filter((name) => name && existsSync(inCheckout(name)));

/** Every file git would take, committed or not, with a hash of its content. */
const snapshot = () =>
  new Map(
    listFiles().map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(inCheckout(name)))
        .digest('hex'),
    ]),
  );

/** Generates everything again. @throws Failure naming the files that come out differently from what stands there */
export async function checkGenerated() {
  const before = snapshot();
  await run(process.execPath, [GENERATE], { shown: 'npm run generate' });
  const after = snapshot();
  const names = new Set([...before.keys(), ...after.keys()]);
  const changed = [...names].filter((name) => before.get(name) !== after.get(name));
  if (changed.length > 0)
    throw new Failure(`\`npm run generate\` changes ${changed.join(', ')}: commit what it writes`);
}
