// Every command of package.json begins here, with nothing but the host's Node and the files of the checkout.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { inCheckout } from './checkout.mjs';
import { Failure, report } from './failure.mjs';
import { ensureInstalled } from './installation.mjs';
import { isAtLeast, projectNode, requiredNode } from './node-version.mjs';

const OLDEST_HOST_NODE = '20.0.0';

/**
 * Installs what is missing and goes on with the project's Node: in this process if it is one, else in a child.
 * @param load imports the module whose `main(args)` does the work and returns the exit status
 * @param beforeInstalling looks for what would make a long installation be in vain; needs no package either
 */
export async function enter(load, beforeInstalling = () => {}) {
  watchParent();
  try {
    if (!isAtLeast(process.version, OLDEST_HOST_NODE)) {
      throw new Failure(`this command needs Node 20 or later to begin with; this is ${process.version}`);
    }
    await ensureInstalled(beforeInstalling);
    process.env.PATH = [inCheckout('node_modules', '.bin'), process.env.PATH].join(path.delimiter);
    const node = projectNode();
    if (isAtLeast(process.version, requiredNode())) {
      const { main } = await load();
      process.exitCode = await main(process.argv.slice(2));
    } else {
      process.exitCode = await goOnWith(node);
    }
  } catch (error) {
    report(error);
    process.exitCode = 1;
  }
}

/**
 * npm runs a command under `sh -c`, which does not hand SIGTERM on and may be killed itself: take the loss of the parent for one.
 * A child of `goOnWith` hears of it by the closing of its channel.
 */
function watchParent() {
  const end = () => process.kill(process.pid, 'SIGTERM');
  if (process.channel) {
    process.channel.unref();
    process.once('disconnect', end);
  } else if (process.env.npm_lifecycle_event) {
    const parent = process.ppid;
    const timer = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(timer);
      end();
    }, 300);
    timer.unref();
  }
}

// In a process group of its own, so that Ctrl-C reaches it once, through us.
function goOnWith(node) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, process.argv.slice(1), {
      detached: true,
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (signal) process.stderr.write(`\n✗ ended by ${signal}\n`);
      resolve(code ?? 1);
    });
  });
}
