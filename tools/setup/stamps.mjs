import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { displayPath, inCheckout } from './checkout.mjs';

// Inside node_modules, so that they are gone together with what they speak of.
const STAMPS = inCheckout('node_modules', '.cache', 'agion');

/**
 * All files below `folder`; none when there is no such folder.
 * @param {string} folder
 * @param {(name: string) => boolean} wanted by the file's own name
 */
export function filesBelow(folder, wanted = () => true) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  } catch {
    return [];
  }
  return entries
    .filter((entry) => entry.isFile() && wanted(entry.name))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

/** A hash over names and contents. */
export function fingerprint(files) {
  const hash = createHash('sha256');
  for (const file of [...files].sort())
    hash
      .update(`${displayPath(file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
}

/** Changes when a folder is made anew, as each build does with its output; '' when there is none. */
export function folderIdentity(folder) {
  try {
    return String(statSync(folder).mtimeMs);
  } catch {
    return '';
  }
}

/** Whether this user may write such notes, and so set up the checkout; not so in somebody else's. */
export function canStamp() {
  try {
    mkdirSync(STAMPS, { recursive: true });
    accessSync(STAMPS, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether the work called `name` was last done for exactly this `value`. */
export function isStamped(name, value) {
  try {
    return readFileSync(path.join(STAMPS, name), 'utf8') === value;
  } catch {
    return false;
  }
}

/** Notes that the work called `name` is done for `value`. */
export function stamp(name, value) {
  mkdirSync(STAMPS, { recursive: true });
  writeFileSync(path.join(STAMPS, name), value);
}
