import { Redis } from 'ioredis';

const STREAM = 'agion:events:trust';
const AT_ONCE = 500;
const LOOK_MS = 3;

/** A stream of one contender: filled while that stands still, and watched while it works. */
export class Drained {
  #redis;
  #process;

  constructor(ending, { url, process }) {
    this.#redis = new Redis(url);
    this.#process = process;
    ending.atEnd(() => this.#redis.disconnect());
  }

  /** @returns milliseconds from the first entry that may be read to the last acknowledgement */
  async run(entries) {
    this.#process.child.kill('SIGSTOP');
    await this.#append(entries);
    const since = performance.now();
    this.#process.child.kill('SIGCONT');
    await this.#done();
    const elapsed = performance.now() - since;
    await this.#redis.xtrim(STREAM, 'MAXLEN', 0);
    return elapsed;
  }

  async #append(entries) {
    for (let start = 0; start < entries.length; start += AT_ONCE) {
      const pipeline = this.#redis.pipeline();
      for (const fields of entries.slice(start, start + AT_ONCE))
        pipeline.xadd(STREAM, '*', ...Object.entries(fields).flat());
      for (const [error] of await pipeline.exec()) if (error) throw error;
    }
  }

  async #done() {
    for (;;) {
      const [group] = await this.#redis.xinfo('GROUPS', STREAM);
      const facts = Object.fromEntries(group.flatMap((name, index) => (index % 2 ? [] : [[name, group[index + 1]]])));
      if (facts.pending === 0 && facts.lag === 0) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** Entries that could not be taken in. */
  deadLetters() {
    return this.#redis.xlen(`${STREAM}:dead`);
  }
}
