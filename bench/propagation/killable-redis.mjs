import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { freePort } from '../../tools/launcher/ports.mjs';
import { Failure } from '../../tools/setup/failure.mjs';

const AWAY_MS = 500;
const PATIENCE_MS = 10_000;

/** A redis-server of the benchmark's own, in memory, on a port that stays its own. */
export class KillableRedis {
  #port;
  #server;

  /** @throws Failure without a redis-server */
  static async start(ending) {
    const redis = new KillableRedis();
    redis.#port = String(await freePort());
    ending.atEnd(() => redis.kill());
    await redis.startAgain(0);
    return redis;
  }

  get url() {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** kill -9 */
  async kill() {
    if (this.#server.exitCode !== null || this.#server.signalCode !== null) return;
    this.#server.kill('SIGKILL');
    await once(this.#server, 'exit');
  }

  async startAgain(afterMs = AWAY_MS) {
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    const settings = ['--port', this.#port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    this.#server = spawn('redis-server', settings, { stdio: 'ignore' });
    this.#server.on('error', () => {});
    const until = Date.now() + PATIENCE_MS;
    while (!(await this.#answers())) {
      if (Date.now() > until) throw new Failure('redis-server does not start: this benchmark needs one on the PATH');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #answers() {
    const socket = connect(Number(this.#port), '127.0.0.1');
    try {
      await once(socket, 'connect');
      return true;
    } catch {
      return false;
    } finally {
      socket.destroy();
    }
  }
}
