import { chmodSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { clearLeftovers } from '../launcher/leftovers.mjs';
import { claimDataFolder } from '../launcher/running.mjs';
import { canEnter } from '../launcher/server-account.mjs';
import { Failure } from '../setup/failure.mjs';
import { say } from '../setup/progress.mjs';

const PREFIX = 'agion-test-';

/** Ends and removes what earlier runs left when they were killed, servers included; runs that still go on are left alone. */
async function clearEarlierRuns(parent) {
  for (const name of readdirSync(parent)) {
    const folder = path.join(parent, name);
    if (!name.startsWith(PREFIX) || lstatSync(folder).uid !== (process.getuid?.() ?? 0)) continue;
    try {
      claimDataFolder(folder);
    } catch {
      continue;
    }
    await clearLeftovers(folder, (text) => say(`    ${text}`));
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * A folder for the databases of one run, which their account can enter.
 * @returns `{folder, remove}`
 */
export async function temporaryFolder(account) {
  const parent = [os.tmpdir(), '/tmp', '/var/tmp'].find((candidate) => canEnter(candidate, account));
  if (!parent)
    throw new Failure(
      `the account \`${account.name}\`, which runs PostgreSQL, cannot enter ${os.tmpdir()}: set TMPDIR to a folder it can`,
    );
  await clearEarlierRuns(parent);
  const folder = mkdtempSync(path.join(parent, PREFIX));
  chmodSync(folder, 0o755);
  claimDataFolder(folder);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
