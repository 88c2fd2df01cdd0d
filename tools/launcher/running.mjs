import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describeLock, releaseLock, takeLock } from '../setup/lock-file.mjs';
import { Failure } from '../setup/failure.mjs';
import { stillRuns } from '../setup/processes.mjs';
import { findDataFolder } from './data-folder.mjs';

const runningFile = (folder) => path.join(folder, 'running.json');

/**
 * Makes this process the only one that works on the data folder, until it ends, however it ends.
 * @returns `{describe, release}`: adds facts for the other commands, and gives the folder back
 * @throws Failure when another platform runs on it
 */
export function claimDataFolder(folder) {
  const file = runningFile(folder);
  const owner = takeLock(file);
  if (owner) {
    throw new Failure(
      `a platform is already running on ${folder} (pid ${owner.pid}): stop it, or give this one its own AGION_DATA_DIR and ports`,
    );
  }
  return { describe: (facts) => describeLock(file, facts), release: () => releaseLock(file) };
}

/** What the platform that runs from this checkout says of itself (`{migration_url}`); undefined when none runs. */
export function runningPlatform(settings) {
  try {
    const record = JSON.parse(readFileSync(runningFile(findDataFolder(settings.AGION_DATA_DIR)), 'utf8'));
    return stillRuns(record) ? record : undefined;
  } catch {
    return undefined;
  }
}
