import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Where the platform writes what scripts and people need to talk to it. */
export const devFile = (folder) => path.join(folder, 'dev.json');

/** What the last start wrote, or undefined. */
export function readDevFile(folder) {
  try {
    return JSON.parse(readFileSync(devFile(folder), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Replaces it in one step, so that a reader never sees half of it. It holds credentials: only its owner may read it. */
export function writeDevFile(folder, content) {
  const draft = `${devFile(folder)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, devFile(folder));
}
