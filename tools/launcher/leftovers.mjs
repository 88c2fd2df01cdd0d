import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { commandLine, ended, endProcess, isAlive, isTaken, processRecord, stillRuns } from '../setup/processes.mjs';
import { postgresFolder } from './postgres-cluster.mjs';

const recordFile = (servers) => path.join(servers, 'servers.json');

const read = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
};

/** Writes down which processes serve this folder, for the start that comes after a kill -9. */
export function recordServers(servers, named) {
  const records = Object.fromEntries(Object.entries(named).map(([name, pid]) => [name, processRecord(pid)]));
  writeFileSync(recordFile(servers), JSON.stringify(records), { mode: 0o600 });
}

/** After a stop in order there is nothing to find. */
export const forgetServers = (servers) => rmSync(recordFile(servers), { force: true });

/**
 * Ends what an earlier start on this folder left behind when it was killed. Only for the holder of the folder's lock.
 * @param note tells the person who waits what is done
 */
export async function clearLeftovers(servers, note) {
  const { keeper, redis } = read(recordFile(servers));
  if (stillRuns(keeper) && keeper.pid !== process.pid) {
    note(`waiting for an earlier start's databases to stop (pid ${keeper.pid})`);
    if (!(await ended(keeper.pid, 15_000))) await endProcess(keeper.pid, { name: 'data services' });
  }
  await clearPostgres(postgresFolder(servers), note);
  if (stillRuns(redis)) {
    note(`stopping a Redis left behind by an earlier start (pid ${redis.pid})`);
    await endProcess(redis.pid, { name: 'redis-server' });
  }
}

async function clearPostgres(folder, note) {
  const pidFile = path.join(folder, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const text = readFileSync(pidFile, 'utf8');
  const pid = Number(text.split('\n')[0]);
  if (isAlive(pid) && commandLine(pid).includes(folder)) {
    note(`stopping a PostgreSQL left behind by an earlier start (pid ${pid})`);
    await endProcess(pid, { gently: 'SIGINT', hard: 'SIGQUIT', name: 'PostgreSQL' });
  }
  if (!existsSync(pidFile) || !isTaken(pid)) return; // a number nobody has: PostgreSQL sees that itself
  // A stranger has the number now, usual in a restarted container, or nobody has taken notice of the dead server's end. PostgreSQL
  // would refuse to start. It overlooks the number of its own parent, us, but still checks the shared memory named in the file:
  // rewrite, never delete.
  if (isAlive(pid)) note(`postmaster.pid names another program (pid ${pid}): taking it over`);
  writeFileSync(pidFile, text.replace(/^.*/, String(process.pid)));
}
