import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inCheckout } from './checkout.mjs';
import { withCheckoutLock } from './checkout-lock.mjs';
import { run } from './command.mjs';
import { step } from './progress.mjs';
import { canStamp, fingerprint, isStamped, stamp } from './stamps.mjs';

const LOCK = inCheckout('package-lock.json');
// npm's own record of what it put into node_modules, written when an installation is complete.
const INSTALLED = inCheckout('node_modules', '.package-lock.json');

const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

/** An optional package is allowed to be missing, unless it is one that was made for this machine. */
const belongsHere = ({ optional, os, cpu, libc }) =>
  !optional || (!libc && Boolean(os?.includes(process.platform) && cpu?.includes(process.arch)));

/** Why the locked packages are not what is installed; undefined when they are. */
export function difference(locked, installed) {
  for (const [folder, entry] of Object.entries(locked)) {
    if (!folder.includes('node_modules/') || entry.link) continue;
    const found = installed[folder];
    if (!found && belongsHere(entry)) return `${folder} is missing`;
    if (found && found.version !== entry.version) return `${folder} is ${found.version}, not ${entry.version}`;
  }
  return undefined;
}

function isInstalled() {
  if (!existsSync(INSTALLED)) return false;
  const lock = fingerprint([LOCK]);
  if (isStamped('install', lock)) return true;
  if (difference(packagesOf(LOCK), packagesOf(INSTALLED))) return false;
  if (canStamp()) stamp('install', lock); // installed by hand
  return true;
}

// Under `npm start`, npm says which Node and which npm it is; node_modules/.bin/node, first on the PATH, is about to be replaced.
function npm(args) {
  const { npm_node_execpath: node, npm_execpath: cli } = process.env;
  const own = node && cli && /npm-cli\.[cm]?js$/.test(cli) && !node.includes(`node_modules${path.sep}`);
  return own ? [node, [cli, ...args]] : ['npm', args];
}

/**
 * Runs `npm ci` unless what is installed is what package-lock.json says. Needs no package itself.
 * @param before called first when there is something to install
 */
export async function ensureInstalled(before = () => {}) {
  if (isInstalled()) return;
  await before();
  await withCheckoutLock(async () => {
    if (isInstalled()) return;
    await step('install dependencies (npm ci)', async () => {
      const args = ['ci', '--include=dev', '--include=optional', '--loglevel=error', '--no-audit', '--no-fund'];
      await run(...npm(args), { shown: 'npm ci' });
      stamp('install', fingerprint([LOCK]));
    });
  });
}
