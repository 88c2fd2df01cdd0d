import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';

/** A program of `children/` in a process of its own, as an agent's would be: one file, run by plain Node. */
export class Child {
  /** What it has said, one message of JSON after the other. */
  readonly said: Record<string, unknown>[] = [];
  stderr = '';

  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {
    let rest = '';
    process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.said.push(JSON.parse(line) as Record<string, unknown>);
    });
    process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
  }

  /** Bundles `children/<name>.ts` and starts it. */
  static async start(name: string, env: Record<string, string>): Promise<Child> {
    const folder = await mkdtemp(path.join(tmpdir(), 'agion-sdk-child-'));
    const outfile = path.join(folder, `${name}.cjs`);
    await build({
      entryPoints: [path.join(import.meta.dirname, 'children', `${name}.ts`)],
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      conditions: ['@agion/source'],
      logLevel: 'silent',
    });
    const child = spawn(process.execPath, ['--expose-gc', outfile], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Child(child, folder);
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** Waits until it has ended, by itself or by a signal. @throws when it has not after `timeoutMs`; it is killed then */
  async ended(timeoutMs = 20_000): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    const { process: child } = this;
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    clearTimeout(timer);
    await rm(this.folder, { recursive: true, force: true });
    return { code: child.exitCode, signal: child.signalCode };
  }
}
