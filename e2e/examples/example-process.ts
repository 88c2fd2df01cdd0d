import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** Python says at once what it says, and leaves nothing in the checkout. */
const PYTHON = { PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' };
const ROOT = path.resolve(import.meta.dirname, '../..');

/** Where an example stands. */
export const exampleFolder = (...parts: string[]): string => path.join(ROOT, 'examples', ...parts);

export interface Finished {
  status: number | null;
  /** Both streams, in the order in which they were written. */
  output: string;
}

/** An example in a process of its own, as its README starts it. */
export class ExampleProcess {
  private written = '';
  private readonly ended: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.written += text));
    this.ended = once(child, 'close');
  }

  static start(
    [command = '', ...args]: readonly string[],
    { cwd = ROOT, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
  ): ExampleProcess {
    const { PATH, HOME } = process.env;
    const child = spawn(command, args, {
      cwd,
      env: { ...(PATH !== undefined && { PATH }), ...(HOME !== undefined && { HOME }), ...PYTHON, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new ExampleProcess(child);
  }

  get output(): string {
    return this.written;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null || this.child.pid === undefined;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits for its end. */
  async finished(): Promise<Finished> {
    await this.ended;
    return { status: this.child.exitCode, output: this.written };
  }

  /** What `checkContainer` stops a container with. @returns undefined when it still runs after `grace` milliseconds */
  async stop(grace: number): Promise<{ status: number | null; signal: NodeJS.Signals | null } | undefined> {
    this.child.kill('SIGTERM');
    const late = new Promise<'late'>((resolve) => setTimeout(resolve, grace, 'late').unref());
    if ((await Promise.race([this.ended, late])) === 'late') return undefined;
    return { status: this.child.exitCode, signal: this.child.signalCode };
  }

  /** Ends it, if it still runs. */
  async end(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
