import { createHash } from 'node:crypto';
import { accessSync, chmodSync, constants, existsSync, lstatSync, mkdirSync, rmdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CHECKOUT } from '../setup/checkout.mjs';
import { Failure } from '../setup/failure.mjs';
import { canEnter, closedDoor } from './server-account.mjs';

const uid = () => process.getuid?.() ?? 0;

/**
 * Makes the folder if need be. Refuses a link, somebody else's folder and one we cannot write to.
 * @returns whether it can be used, and the topmost folder that was made for it
 */
function use(folder, account) {
  let made;
  try {
    made = mkdirSync(folder, { recursive: true, mode: 0o755 });
    if (made && account) openUp(made, folder);
    const found = lstatSync(folder);
    const isForeign = process.getuid && found.uid !== uid() && found.uid !== account?.uid;
    if (!found.isDirectory() || isForeign) return { isUsable: false, made };
    accessSync(folder, constants.W_OK | constants.X_OK);
    return { isUsable: true, made };
  } catch {
    return { isUsable: false, made };
  }
}

const usable = (folder, account) => use(folder, account).isUsable;

/** Takes back the empty folders from `last` up to `first`. */
function unmake(first, last) {
  if (!first) return;
  for (let folder = last; folder.length >= first.length; folder = path.dirname(folder)) rmdirSync(folder);
}

/** Whatever root's umask is, the server's account must be able to enter the folders made for it. */
function openUp(first, last) {
  for (let folder = last; folder.length >= first.length; folder = path.dirname(folder)) chmodSync(folder, 0o755);
}

/** Where else data may be kept, best first: a folder of this user for this checkout; the last does not outlive a reboot. */
function elsewhere(checkout) {
  const tag = createHash('sha256').update(path.resolve(checkout)).digest('hex').slice(0, 8);
  const state =
    uid() === 0
      ? '/var/lib/agion'
      : path.join(process.env.XDG_STATE_HOME ?? path.join(os.homedir(), '.local', 'state'), 'agion');
  return [path.join(state, tag), path.join(os.tmpdir(), `agion-${uid()}-${tag}`)];
}

const candidates = (checkout) => [path.join(checkout, '.agion'), ...elsewhere(checkout)];

/** The folder an earlier `npm start` keeps its keys and dev.json in; nothing is made. */
export function findDataFolder(explicit, checkout = CHECKOUT) {
  if (explicit) return path.resolve(explicit);
  const all = candidates(checkout);
  return all.find((folder) => existsSync(path.join(folder, 'dev.json'))) ?? all[0];
}

/**
 * Chooses the folders to keep data in: `home` for keys and dev.json, `servers` for the databases. They differ only when root keeps
 * its checkout where the database's account cannot go. A folder given by hand is used or refused, never replaced.
 * @param {{explicit?: string, account?: {name: string, uid: number, gid: number}, checkout?: string}} options
 * @returns {{home: string, servers: string, notes: string[]}}
 * @throws Failure naming the folder that is in the way
 */
export function chooseDataFolders({ explicit, account, checkout = CHECKOUT }) {
  if (explicit) return explicitFolder(path.resolve(explicit), account);
  const [own, ...others] = candidates(checkout);
  const home = [own, ...others].find((folder) => usable(folder, account));
  if (!home)
    throw new Failure(`no folder for data: none of ${[own, ...others].join(', ')} can be written; set AGION_DATA_DIR`);
  const notes = home === own ? [] : [`${own} cannot be used, data is in ${home}`];
  if (canEnter(home, account)) return { home, servers: home, notes };
  const servers = others.find((folder) => usable(folder, account) && canEnter(folder, account));
  const closed = closedDoor(home, account);
  if (!servers)
    throw new Failure(
      `the account \`${account.name}\`, which runs PostgreSQL, cannot enter ${closed} nor ${others.join(' nor ')}; set AGION_DATA_DIR to a folder it can reach, or DATABASE_URL`,
    );
  notes.push(
    `the account \`${account.name}\`, which runs PostgreSQL, cannot enter ${closed}: the databases are in ${servers}`,
  );
  return { home, servers, notes };
}

function explicitFolder(folder, account) {
  const { isUsable, made } = use(folder, account);
  if (!isUsable)
    throw new Failure(`AGION_DATA_DIR ${folder} cannot be used: it must be a folder of your own that you can write to`);
  const closed = closedDoor(folder, account);
  if (!closed) return { home: folder, servers: folder, notes: [] };
  unmake(made, folder);
  throw new Failure(
    `AGION_DATA_DIR ${folder} cannot be used: the account \`${account.name}\`, which runs PostgreSQL, cannot enter ${closed} (it needs the x permission)`,
  );
}
