import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Failure } from '../setup/failure.mjs';
import { say } from '../setup/progress.mjs';

const KEEPER = fileURLToPath(new URL('data-services.mjs', import.meta.url));

/** The database by the login that may do everything: for migrations only. */
export const migrationUrl = ({ port, passwords }) =>
  `postgresql://postgres:${passwords.postgres}@127.0.0.1:${port}/agion`;

/**
 * Starts the embedded databases that are asked for.
 * @param options `{servers, account, postgres, redis, temporary}`: the folder, who runs PostgreSQL, which to start, and whether the
 * folder is removed at the end
 * @param onEnd called with a sentence when a database ends by itself
 * @returns at once `{ready, stop}`: a promise of `{postgres, redis}`, and the way to end them
 */
export function startDatabases(options, onEnd) {
  const keeper = fork(KEEPER, [JSON.stringify(options)], {
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let isReady = false;
  let stopping = false;
  const ready = new Promise((resolve, reject) => {
    keeper.on('message', (message) => {
      if (message.type === 'note') say(`    ${message.text}`);
      if (message.type === 'failed') reject(new Failure(message.text));
      if (message.type === 'ended') onEnd(`${message.name} ended (${message.how})`);
      if (message.type === 'ready') {
        isReady = true;
        resolve(message);
      }
    });
    keeper.on('error', reject);
    keeper.on('exit', (code, signal) => {
      if (stopping) return;
      const sentence = `the process that keeps the databases ended (${signal ?? `status ${code}`})`;
      if (isReady) onEnd(sentence);
      else reject(new Failure(sentence));
    });
  });
  ready.catch(() => {}); // whoever awaits it hears of it; a stop before that is no error
  const stop = async () => {
    stopping = true;
    if (keeper.exitCode !== null || keeper.signalCode !== null) return;
    if (keeper.connected) keeper.send('stop', () => {});
    const force = setTimeout(() => keeper.kill('SIGKILL'), 25_000);
    await once(keeper, 'exit');
    clearTimeout(force);
  };
  return { ready, stop };
}
