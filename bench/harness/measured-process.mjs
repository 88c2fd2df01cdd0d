import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { tail } from '../../tools/setup/command.mjs';
import { pinned } from './cores.mjs';

const TELL_USAGE = fileURLToPath(new URL('tell-usage.mjs', import.meta.url));
const KEPT_CHARACTERS = 4_000;
const STOP_WITHIN = 20_000;

/** A Node process of its own with a channel to it, optionally on one core, which can say what it has used. */
export class MeasuredProcess {
  #said = '';
  #stopping = false;
  #ended;

  /**
   * @param name for messages
   * @param file the program
   * @param options `environment`: all it gets to see; `core`: where it stays; `log`: a file descriptor for its standard output;
   *   `collects`: it can be told to collect its garbage
   */
  constructor(name, file, { environment, core, log = 'ignore', collects = false }) {
    this.name = name;
    const { program, args } = pinned(core, process.execPath, [
      ...(collects ? ['--expose-gc'] : []),
      '--import',
      TELL_USAGE,
    ]);
    this.child = fork(file, [], {
      execPath: program,
      execArgv: args,
      env: { PATH: process.env.PATH, NODE_ENV: 'production', ...environment },
      stdio: ['ignore', log, 'pipe', 'ipc'],
    });
    this.child.stderr.on('data', (data) => {
      this.#said = (this.#said + data).slice(-KEPT_CHARACTERS);
    });
    this.#ended = once(this.child, 'close').then(([code, signal]) => {
      if (!this.#stopping) throw new Error(`${name} ended (${signal ?? `status ${code}`}):\n${tail(this.#said)}`);
    });
    this.#ended.catch(() => {});
  }

  /** The next message that `accept` says yes to. @throws Error when the process ends before */
  async message(accept) {
    const done = new AbortController();
    const heard = new Promise((resolve) => {
      const listen = (message) => accept(message) && resolve(message);
      this.child.on('message', listen);
      done.signal.addEventListener('abort', () => this.child.off('message', listen));
    });
    const ended = this.#ended.then(() => {
      throw new Error(`${this.name} was stopped`);
    });
    try {
      return await Promise.race([heard, ended]);
    } finally {
      done.abort();
    }
  }

  /** Sends a message. @returns the answer, which has the same type */
  async ask(question) {
    const answer = this.message((message) => message.type === question.type);
    this.child.send(question);
    return answer;
  }

  /** `{cpuMs, rssMb}`: user and system time of all threads since the start, and memory now. */
  usage() {
    return this.ask({ type: 'usage' });
  }

  /** Megabytes it keeps when its garbage is collected; only of one that `collects`. */
  async kept() {
    return (await this.ask({ type: 'kept' })).keptMb;
  }

  /** Ends it in order; by force when it takes too long. @throws Error when it had to be forced */
  async stop() {
    if (this.#stopping || this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.#stopping = true;
    let forced = false;
    const force = setTimeout(() => {
      forced = true;
      this.child.kill('SIGKILL');
    }, STOP_WITHIN);
    this.child.kill('SIGTERM');
    await this.#ended;
    clearTimeout(force);
    if (forced) throw new Error(`${this.name} did not stop within ${STOP_WITHIN / 1_000} s`);
  }
}
