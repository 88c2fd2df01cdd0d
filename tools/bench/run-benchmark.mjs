import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { ensureBuilt } from '../setup/build.mjs';
import { CHECKOUT, inCheckout } from '../setup/checkout.mjs';
import { Failure } from '../setup/failure.mjs';

const programsOf = (name) => [inCheckout('bench', name, 'main.mjs'), inCheckout('bench', `${name}.mjs`)];

function benchmarkNames() {
  if (!existsSync(inCheckout('bench'))) return [];
  const names = readdirSync(inCheckout('bench')).map((entry) => entry.replace(/\.mjs$/, ''));
  return [...new Set(names)].filter((name) => programsOf(name).some((file) => existsSync(file)));
}

/** `npm run bench -- <name> [options]`: bench/<name>/main.mjs or bench/<name>.mjs, after a build; without a name, the names. */
export async function main([name, ...options]) {
  const names = benchmarkNames();
  if (!name) {
    console.log(
      names.length === 0 ? 'there are no benchmarks' : `npm run bench -- <name>, one of: ${names.join(', ')}`,
    );
    return 0;
  }
  if (!names.includes(name))
    throw new Failure(`there is no benchmark \`${name}\`; there are: ${names.join(', ') || 'none'}`);
  await ensureBuilt();
  const program = programsOf(name).find((file) => existsSync(file));
  const child = spawn(process.execPath, [program, ...options], { cwd: CHECKOUT, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const [code] = await once(child, 'exit');
  return code ?? 1;
}
