import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { within } from './http.mjs';

/** Milliseconds a container may need until it is healthy. */
const START = 30_000;

/** A container that is started for the check: a command in the foreground, e.g. `docker run --rm …`, which hands signals on. */
export class ContainerProcess {
  #child;
  #ended;

  constructor([command, ...args], environment = process.env) {
    this.#child = spawn(command, args, { env: environment, stdio: ['ignore', 'inherit', 'inherit'] });
    this.#ended = Promise.race([
      once(this.#child, 'exit').then(([status, signal]) => ({ status, signal })),
      once(this.#child, 'error').then(([error]) => ({ status: null, signal: error.message })),
    ]);
  }

  /** Waits for `GET /health` to answer 200. @throws Error when it does not come to that */
  async healthy(container) {
    const look = async () => {
      if (this.#isOver()) return { over: true };
      const { status } = await container('GET', '/health', { patience: 1_000 });
      return status === 200 ? { over: false } : undefined;
    };
    const found = await within(START, look);
    if (!found) throw new Error(`it is not healthy ${START / 1_000} s after its start`);
    if (found.over) {
      const { status, signal } = await this.#ended;
      throw new Error(`it ended at its start with ${status ?? signal}`);
    }
  }

  /** SIGTERM. @returns `{status, signal}`, or undefined when it still runs after `grace` milliseconds */
  async stop(grace) {
    this.#child.kill('SIGTERM');
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, grace)));
    const ended = await Promise.race([this.#ended, late]);
    clearTimeout(timer);
    return ended;
  }

  /** Ends it at once, if it still runs. */
  kill() {
    this.#child.kill('SIGKILL');
  }

  #isOver() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined;
  }
}

/** Sends SIGTERM to a process that somebody else has started; how it ends cannot be seen, only that. */
export const stopProcess = (pid) => async (grace) => {
  process.kill(pid, 'SIGTERM');
  return within(grace, () => (isAlive(pid) ? undefined : {}));
};

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
