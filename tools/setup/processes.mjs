import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const onLinux = process.platform === 'linux';

// Slim images have no `ps`; Linux tells the same in /proc.
const ps = (pid, field) => {
  try {
    return execFileSync('ps', ['-o', `${field}=`, '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
};

const readProc = (file) => {
  try {
    return readFileSync(`/proc/${file}`, 'utf8');
  } catch {
    return '';
  }
};

/** The fields of /proc/<pid>/stat after the program's name, which may itself hold spaces and brackets: state comes first. */
const statFields = (pid) =>
  readProc(`${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ');

/** Whether the number belongs to a process, be it a dead one whose parent has not yet taken notice (a zombie). */
export function isTaken(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Whether the process runs; a zombie does not. */
export const isAlive = (pid) => isTaken(pid) && !(onLinux ? statFields(pid)[0] : ps(pid, 'stat')).startsWith('Z');

/** The command line, or '' when there is no such process. */
export const commandLine = (pid) =>
  onLinux ? readProc(`${pid}/cmdline`).replaceAll('\0', ' ').trim() : ps(pid, 'args');

/** Tells a process from a later one with the same number: when it was started. */
export function startTime(pid) {
  if (!onLinux) return ps(pid, 'lstart');
  const ticks = statFields(pid)[19];
  return ticks ? `${ticks}@${readProc('sys/kernel/random/boot_id').trim()}` : '';
}

/** Pid and start time, to be written down and asked about later. */
export const processRecord = (pid = process.pid) => ({ pid, started: startTime(pid) });

/** Whether the process of a `processRecord` still runs. */
export const stillRuns = (record) =>
  Boolean(record) && isAlive(record.pid) && (!record.started || startTime(record.pid) === record.started);

/** Waits for the end of a process that is not our child. @returns whether it ended within `milliseconds` */
export async function ended(pid, milliseconds) {
  for (const deadline = Date.now() + milliseconds; Date.now() < deadline; await sleep(20)) {
    if (!isAlive(pid)) return true;
  }
  return !isAlive(pid);
}

/** Asks a process to end, and after ten seconds makes it. @throws Error when even that does not help */
export async function endProcess(pid, { gently = 'SIGTERM', hard = 'SIGKILL', name }) {
  const signal = (kind) => {
    try {
      process.kill(pid, kind);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  };
  signal(gently);
  if (await ended(pid, 10_000)) return;
  signal(hard);
  if (!(await ended(pid, 5_000))) throw new Error(`${name} (pid ${pid}) does not stop`);
}
