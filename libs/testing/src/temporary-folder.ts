import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A new folder that is removed when this process has ended, however it ends: a shell whose input ends with it does that. */
export function temporaryFolder(prefix: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), prefix));
  // A server that is killed at the same moment may still write: the second look takes what it left.
  const remove = 'cat > /dev/null; rm -rf "$1"; sleep 1; rm -rf "$1"';
  const watchdog = spawn('sh', ['-c', remove, 'sh', folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  watchdog.unref();
  (watchdog.stdin as Socket).unref();
  return folder;
}
