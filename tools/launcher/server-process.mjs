import { spawn } from 'node:child_process';
import { once } from 'node:events';

const KEPT_CHARACTERS = 4_000;

/** A server program of ours, with the end of what it says kept for the case that it fails. */
export class ServerProcess {
  #said = '';

  /** @param stopSignal what makes this program stop in order */
  constructor(name, program, args, { stopSignal = 'SIGTERM', ...options } = {}) {
    this.name = name;
    this.stopSignal = stopSignal;
    this.child = spawn(program, args, { cwd: '/', stdio: ['ignore', 'pipe', 'pipe'], ...options });
    for (const output of [this.child.stdout, this.child.stderr]) {
      output.on('data', (data) => {
        this.#said = (this.#said + data).slice(-KEPT_CHARACTERS);
      });
    }
    this.child.on('error', (error) => {
      this.failure = error;
    });
  }

  get said() {
    return this.failure ? this.failure.message : this.#said.trim();
  }

  get pid() {
    return this.child.pid;
  }

  get isOver() {
    return Boolean(this.failure) || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Stops it in order; after ten seconds, by force. */
  async stop() {
    if (this.isOver) return;
    this.child.kill(this.stopSignal);
    const force = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
    await once(this.child, 'exit');
    clearTimeout(force);
  }
}
