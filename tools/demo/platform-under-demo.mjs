import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findDataFolder } from '../launcher/data-folder.mjs';
import { readDevFile } from '../launcher/dev-file.mjs';
import { runningPlatform } from '../launcher/running.mjs';
import { tail } from '../setup/command.mjs';
import { CHECKOUT, inCheckout } from '../setup/checkout.mjs';
import { Failure } from '../setup/failure.mjs';
import { step } from '../setup/progress.mjs';

/** A first start downloads nothing any more, but it makes databases. */
const START_LIMIT = 180_000;
const RUNNING = 'Agion is running.';

const described = (settings) => {
  const described = readDevFile(findDataFolder(settings.AGION_DATA_DIR));
  if (!described?.gateway_url) throw new Failure('the platform has not written dev.json: is it still starting?');
  return described;
};

/** What dev.json says of the platform that runs from this checkout; undefined when none does. */
export const findPlatform = (settings) =>
  runningPlatform(settings) ? { ...described(settings), isOurs: false } : undefined;

/** Starts one as `npm start` does, until the demo ends. @throws Failure with its last lines when it does not come up */
export function startPlatform(ending, settings) {
  return step('start a platform, as `npm start` does', async () => {
    const child = spawn(process.execPath, [inCheckout('tools', 'start.mjs')], {
      cwd: CHECKOUT,
      detached: true, // Ctrl-C reaches the demo alone, which then stops it
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'], // it ends when the demo does, however that is
    });
    const ended = once(child, 'close');
    ending.atEnd(() => stop(child, ended));
    let output = '';
    const running = new Promise((resolve) => {
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text) => {
          output = (output + text).slice(-20_000);
          if (output.includes(RUNNING)) resolve('running');
        });
    });
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, START_LIMIT, 'late')));
    const outcome = await ending.until(() => Promise.race([running, ended, late]));
    clearTimeout(timer);
    if (outcome !== 'running') throw new Failure(`the platform did not start:\n${tail(output)}`);
    return { ...described(settings), isOurs: true };
  });
}

async function stop(child, ended) {
  child.kill('SIGTERM');
  await ended;
}
