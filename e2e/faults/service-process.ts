import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { ServiceName } from '@agion/wire';
import type { Platform } from '../platform.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
/** Milliseconds until a service must be up. */
const START_LIMIT = 20_000;

/** A line of a log, as far as tests look at it. */
export interface LogLine {
  msg: string;
  /** 40 for a warning, 50 for an error. */
  level: number;
}

/** A service in a process of its own, as production runs it: built, started by node, ended without being asked. */
export class ServiceProcess {
  /** What it has logged, of the levels it was told to. */
  readonly logged: LogLine[] = [];
  private readonly exited: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    this.exited = once(child, 'exit');
    if (child.stdout)
      createInterface(child.stdout).on('line', (line) => {
        if (line.startsWith('{')) this.logged.push(JSON.parse(line) as LogLine);
        if (process.env.TEST_LOG_LEVEL) process.stdout.write(`${line}\n`);
      });
  }

  /**
   * Starts `apps/<service>/dist/main.js` with the platform's environment. @returns when it is up, or was killed by itself already
   * @throws Error when it could not start
   */
  static async start(
    service: ServiceName,
    platform: Platform,
    env: Record<string, string> = {},
  ): Promise<ServiceProcess> {
    const main = path.join(ROOT, 'apps', service, 'dist', 'main.js');
    if (!existsSync(main)) throw new Error(`${main} is not built: run these tests with \`npm test\``);
    const child = spawn(process.execPath, ['--enable-source-maps', main], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, ...platform.env, OTEL_SDK_DISABLED: 'true', ...env },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'], // it ends when this process does
    });
    const started = new ServiceProcess(child);
    const limit = AbortSignal.timeout(START_LIMIT);
    try {
      await Promise.race([once(child, 'message', { signal: limit }), started.exited]);
      if (child.exitCode !== null)
        throw new Error(`\`${service}\` ended with ${child.exitCode} at its start, see above`);
    } catch (error) {
      await started.kill();
      throw error;
    }
    return started;
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  get exitCode(): number | null {
    return this.child.exitCode;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Stands still: nothing it does can change what a test looks at. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  /** Tells something to a module that was loaded before the service. Resolves when that has answered. */
  async tell(message: { type: string; [member: string]: unknown }): Promise<void> {
    const answered = new Promise<void>((resolve) => {
      const listen = (answer: { type?: string }): void => {
        if (answer.type !== message.type) return;
        this.child.off('message', listen);
        resolve();
      };
      this.child.on('message', listen);
    });
    this.child.send(message);
    await answered;
  }

  /** kill -9 */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    if (!this.ended) await this.exited;
  }

  /** Waits for it to end by itself. @returns the signal it ended by */
  async end(): Promise<NodeJS.Signals | null> {
    if (!this.ended) await this.exited;
    return this.child.signalCode;
  }

  /** SIGTERM, as an orchestrator does it. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    if (!this.ended) await this.exited;
  }
}
