import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { Failure } from '../../tools/setup/failure.mjs';
import { inCheckout } from '../../tools/setup/checkout.mjs';

const FOLDER = inCheckout('bench', 'peers');
const WITHIN = 120_000;

/** Loads one of the packages of bench/peers. */
export const peer = createRequire(path.join(FOLDER, 'package.json'));

/** Installs the packages of bench/peers when they are missing. @throws Failure when that cannot be done here */
export function installPeers() {
  const { dependencies } = peer('./package.json');
  const present = Object.keys(dependencies).every((name) => existsSync(path.join(FOLDER, 'node_modules', name)));
  if (present) return;
  const args = [
    'install',
    '--omit=dev',
    '--loglevel=error',
    '--no-package-lock',
    '--ignore-scripts',
    '--workspaces=false',
  ];
  const { status, stderr, error } = spawnSync('npm', args, { cwd: FOLDER, timeout: WITHIN, encoding: 'utf8' });
  if (status === 0) return;
  const said = (error?.message ?? stderr ?? '').trim().split('\n').slice(-3).join('\n');
  throw new Failure(
    `the engines to compare with could not be installed into bench/peers; is there a registry?\n${said}`,
  );
}
