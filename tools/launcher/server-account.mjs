import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';
import { Failure } from '../setup/failure.mjs';

/** PostgreSQL refuses to run as root: root starts it as one of these, whichever there is. No account is made. */
const CANDIDATES = ['postgres', 'nobody'];

/** The account for the database server; undefined when it runs as ourselves. */
export function serverAccount() {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of CANDIDATES) {
    try {
      const id = (flag) => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }));
      return { name, uid: id('-u'), gid: id('-g') };
    } catch {
      // no such account
    }
  }
  throw new Failure(
    'PostgreSQL does not run as root, and there is no account `postgres` or `nobody` for it: start as another user, or set DATABASE_URL',
  );
}

/** Whether the account can enter the folder; asked of the kernel, so that modes, access lists and mounts all count. */
export function canEnter(folder, account) {
  if (!account) return true;
  const { uid, gid } = account;
  return spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { uid, gid, cwd: '/', stdio: 'ignore' }).status === 0;
}

/** The topmost folder on the way to `folder` that the account cannot enter; undefined when it can enter all. */
export function closedDoor(folder, account) {
  const steps = [folder];
  while (path.dirname(steps[0]) !== steps[0]) steps.unshift(path.dirname(steps[0]));
  return steps.find((step) => !canEnter(step, account));
}
