import { Failure } from '../setup/failure.mjs';

/**
 * How a command that starts other processes comes to its end: by a signal, by one of them ending, or by its own work. What was
 * started is given back in reverse order, once.
 */
export class Ending {
  #ended = Promise.withResolvers();
  #cleanups = [];
  #hurry = () => {};
  isOver = false;

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => (this.isOver ? this.#hurry() : this.end(0)));
    }
  }

  /** @param hurry what a second signal does: whoever sends it does not want to wait */
  onHurry(hurry) {
    this.#hurry = hurry;
  }

  /** @param reason shown when nobody asked for the end */
  end(status, reason) {
    if (this.isOver) return;
    this.isOver = true;
    if (reason) process.stderr.write(`\n✗ ${reason}\n`);
    this.#ended.resolve(status);
  }

  /** Resolves with the exit status. */
  get ended() {
    return this.#ended.promise;
  }

  /** To be called the moment something is started. */
  atEnd(cleanup) {
    this.#cleanups.push(cleanup);
  }

  /** What `work` promises, or a Failure as soon as the end has come. */
  async until(work) {
    const interrupted = this.ended.then(() => {
      throw new Failure('stopped');
    });
    interrupted.catch(() => {});
    if (this.isOver) await interrupted;
    return Promise.race([work(), interrupted]);
  }

  /** Gives everything back. */
  async cleanUp() {
    this.isOver = true;
    for (let cleanup; (cleanup = this.#cleanups.pop());) {
      try {
        await cleanup();
      } catch (error) {
        process.stderr.write(`✗ while stopping: ${error.message}\n`);
      }
    }
  }
}
