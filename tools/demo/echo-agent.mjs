import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../launcher/ports.mjs';
import { tail } from '../setup/command.mjs';
import { inCheckout } from '../setup/checkout.mjs';
import { Failure } from '../setup/failure.mjs';
import { eventually } from './telling.mjs';

const FOLDER = inCheckout('examples', 'echo-agent');
/** A little more than it gives itself to tell what it still has to. */
const STOP_LIMIT = 10_000;

/** `examples/echo-agent` as a process of its own. */
export class EchoAgent {
  #platform;
  #child;
  #ended;
  #output = '';
  #origin;
  #isEnding = false;

  /** @param platform what dev.json says of it */
  constructor(platform) {
    this.#platform = platform;
  }

  get id() {
    return 'echo-agent:echo';
  }

  get pid() {
    return this.#child.pid;
  }

  /** Resolves when it says that it is healthy. @throws Failure with its last lines */
  async start() {
    const port = await freePort();
    if (this.#isEnding) throw new Failure('the demo is over');
    this.#origin = `http://127.0.0.1:${port}`;
    const { gateway_url: gatewayUrl, redis_url: redisUrl } = this.#platform;
    this.#child = spawn(process.execPath, ['src/main.ts'], {
      cwd: FOLDER,
      env: {
        PATH: process.env.PATH,
        HOST: '127.0.0.1',
        PORT: String(port),
        AGION_GATEWAY_URL: gatewayUrl,
        AGION_REDIS_URL: redisUrl,
        AGION_AGENT_CONTAINER_ID: 'echo-agent',
      },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (this.#output = (this.#output + text).slice(-20_000)));
    try {
      return await eventually('the agent was not healthy', async () => {
        if (this.#isOver) throw new Failure('the agent ended at its start');
        const answer = await this.get('/health').catch(() => undefined);
        return answer?.status === 200 ? answer.body : undefined;
      });
    } catch (error) {
      throw new Failure(`${error.message}; what it said:\n${tail(this.#output)}`);
    }
  }

  async get(path) {
    return answerOf(await fetch(this.#origin + path, { signal: AbortSignal.timeout(5_000) }));
  }

  /** `POST /agents/{agent_id}/invoke` @returns `{status, body}` */
  async invoke(query) {
    const response = await fetch(`${this.#origin}/agents/${encodeURIComponent(this.id)}/invoke`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, context: {} }),
      signal: AbortSignal.timeout(10_000),
    });
    return answerOf(response);
  }

  /** SIGTERM, as an orchestrator does it. @returns its exit status and the milliseconds it took */
  async stop() {
    const since = Date.now();
    this.#child.kill('SIGTERM');
    await this.#ended;
    return { status: this.#child.exitCode, milliseconds: Date.now() - since };
  }

  /** Ends it, if it still runs; by force when it takes too long. */
  async end() {
    this.#isEnding = true;
    if (this.#isOver) return;
    const force = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT);
    await this.stop();
    clearTimeout(force);
  }

  get #isOver() {
    return !this.#child || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}

const answerOf = async (response) => ({ status: response.status, body: await response.json() });
