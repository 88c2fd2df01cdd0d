import { type ChildProcess, spawn, spawnSync, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Whose files they are; undefined: ours. */
export type Account = { readonly uid: number; readonly gid: number } | undefined;

const BLOCK = Buffer.alloc(65_536);

/** A folder with little room, in memory, which only processes started here can see; it goes with them. */
export class SmallDisk {
  private constructor(
    private readonly holder: ChildProcess,
    readonly folder: string,
    private readonly account: Account,
  ) {}

  /** Why this machine cannot have one; undefined: it can. */
  static obstacle(): string | undefined {
    const tried = spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt'], { encoding: 'utf8' });
    if (tried.status === 0) return undefined;
    return `no file system of our own (\`unshare -m\`, mount): ${(tried.error?.message ?? tried.stderr).trim()}`;
  }

  static async open(megabytes: number, account?: Account): Promise<SmallDisk> {
    const folder = mkdtempSync(path.join(tmpdir(), 'agion-disk-'));
    const owner = account ? `,uid=${account.uid},gid=${account.gid},mode=700` : '';
    const mount = `mount -t tmpfs -o size=${megabytes}m${owner} tmpfs "${folder}" && echo mounted && exec cat`;
    const holder = spawn('unshare', ['-m', 'sh', '-c', mount], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    return new SmallDisk(holder, folder, account);
  }

  /** Starts a program that sees the folder. */
  run(program: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    const identity = this.account ? ['-S', String(this.account.uid), '-G', String(this.account.gid)] : [];
    return spawn('nsenter', ['-t', String(this.holder.pid), '-m', ...identity, '--', program, ...args], {
      cwd: '/',
      ...options,
    });
  }

  /** Leaves no room. */
  fill(): void {
    const file = openSync(this.filler, 'a');
    try {
      for (;;) writeSync(file, BLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.filler, { force: true });
  }

  async close(): Promise<void> {
    this.holder.stdin?.end();
    if (this.holder.exitCode === null) await once(this.holder, 'exit');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get filler(): string {
    return `/proc/${this.holder.pid}/root${this.folder}/filler`;
  }
}
