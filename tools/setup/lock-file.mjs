import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { processRecord, stillRuns } from './processes.mjs';

const pause = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

function readRecord(file) {
  for (let attempt = 0; attempt < 25; attempt++) {
    let text;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    }
    try {
      return JSON.parse(text);
    } catch {
      pause(20); // made by its owner this moment and not yet written
    }
  }
  return {};
}

/**
 * Takes a lock that ends with this process, however it ends: a file that names its owner, who may be asked for.
 * @returns the living owner's record when it is not us
 */
export function takeLock(file) {
  for (;;) {
    try {
      writeFileSync(file, JSON.stringify(processRecord()), { flag: 'wx', mode: 0o600 });
      return undefined;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = readRecord(file);
    if (!owner) continue;
    if (stillRuns(owner)) return owner;
    const taken = removeDead(file);
    if (taken) return taken;
  }
}

/** Moves the file aside before looking again: between the look and the removal another process may have taken the lock. */
function removeDead(file) {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
  const owner = readRecord(aside);
  if (!stillRuns(owner)) {
    rmSync(aside, { force: true });
    return undefined;
  }
  renameSync(aside, file);
  return owner;
}

/** Gives the lock back; somebody else's is left alone. */
export function releaseLock(file) {
  if (readRecord(file)?.pid === process.pid) rmSync(file, { force: true });
}

/** Adds to our own record what others may want to know about us. */
export function describeLock(file, details) {
  writeFileSync(file, JSON.stringify({ ...processRecord(), ...details }), { mode: 0o600 });
}
