import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tail } from '../setup/command.mjs';
import { CHECKOUT, displayPath, inCheckout } from '../setup/checkout.mjs';
import { Failure } from '../setup/failure.mjs';
import { readable } from './log-lines.mjs';

const TELEMETRY = inCheckout('libs', 'service-kit', 'dist', 'telemetry', 'register.js');
const KEPT_LINES = 200;
const LOG_LAG = 150; // services gather log lines for up to 100 ms
const STOP_WITHIN = 30_000; // a little more than a service allows itself

/** One process with one or all services. Says `{type: 'ready', service}` for each; stops in order on SIGTERM and when we are gone. */
export class ServiceProcess {
  #child;
  #stopped = new WeakSet(); // processes that we have asked to end
  #quiet = true;
  #lines = [];

  /**
   * @param {LogScreen} screen where its log is shown
   * @param onEnd called with a sentence when it ends by itself after it was ready
   */
  constructor({ name, services, environment }, screen, onEnd) {
    this.name = name;
    this.services = services;
    this.environment = environment;
    this.screen = screen;
    this.onEnd = onEnd;
  }

  /** Resolves when all its services are ready and what they had to say is shown. @throws Failure with its last lines when it ends before */
  start() {
    const entry = inCheckout('apps', this.name, 'dist', 'main.js');
    if (!existsSync(entry)) throw new Failure(`${displayPath(entry)} is missing: run \`npm run build\``);
    const tracing = Boolean(this.environment.OTEL_EXPORTER_OTLP_ENDPOINT);
    this.#quiet = true;
    this.#lines = [];
    const child = fork(entry, [], {
      cwd: CHECKOUT,
      env: this.environment,
      // Ctrl-C in a terminal reaches the starter only, which then stops the services before the databases.
      detached: true,
      execArgv: ['--enable-source-maps', ...(tracing ? ['--import', TELEMETRY] : [])],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    for (const output of [child.stdout, child.stderr]) {
      createInterface({ input: output }).on('line', (line) => this.#log(line));
    }
    return new Promise((resolve, reject) => {
      const waiting = new Set(this.services);
      child.on('message', (message) => {
        if (message?.type !== 'ready' || !waiting.delete(message.service) || waiting.size > 0) return;
        setTimeout(() => {
          this.#speak();
          resolve();
        }, LOG_LAG);
      });
      child.on('error', reject);
      child.on('close', (code, signal) => {
        if (this.#stopped.has(child)) return reject(new Failure(`${this.name} was stopped`));
        const how = `${this.name} ended (${signal ?? `status ${code}`})`;
        if (waiting.size === 0) return this.onEnd(how);
        return reject(
          new Failure(
            `${how} before ${[...waiting].join(', ')} was ready:\n${tail(this.#lines.map((line) => readable(line)).join('\n'))}`,
          ),
        );
      });
    });
  }

  // Held back until all is up: if it fails, the end of it tells why.
  #log(line) {
    if (!this.#quiet) return this.screen.show(line);
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
  }

  #speak() {
    this.#quiet = false;
    this.screen.showStart(this.#lines);
    this.#lines = [];
  }

  get #isOver() {
    return !this.#child || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Lets it finish what it is at; by force when it takes too long. */
  async stop() {
    const child = this.#child;
    if (this.#isOver) return;
    this.#stopped.add(child);
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN);
    await once(child, 'exit');
    clearTimeout(force);
  }

  /** Ends it without waiting for anything. */
  kill() {
    if (this.#isOver) return;
    this.#stopped.add(this.#child);
    this.#child.kill('SIGKILL');
  }
}
