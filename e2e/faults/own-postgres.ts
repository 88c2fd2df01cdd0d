import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createTestDatabase, eventually, freePorts, outlive, type TestDatabase } from '@agion/testing';
import pg from 'pg';
import { migrate } from '../../tools/database/migrations.mjs';
import { postgresBinaries } from '../../tools/launcher/postgres-binaries.mjs';
import { serverAccount } from '../../tools/launcher/server-account.mjs';
import type { Account, SmallDisk } from './small-disk.js';

type Run = (program: string, args: readonly string[], options: SpawnOptions) => ChildProcess;

/** A PostgreSQL of a test's own, which it may stop, kill and fill, with a migrated database. Durable as in production. */
export class OwnPostgres {
  private server: ChildProcess | undefined;

  private constructor(
    private readonly run: Run,
    private readonly bin: string,
    private readonly data: string,
    readonly port: number,
    private readonly password: string,
    private readonly remove: () => void,
  ) {}

  /** @param disk where its files are, if not on the machine's own */
  static async start(disk?: SmallDisk): Promise<OwnPostgres> {
    const account = serverAccount() as Account;
    const base = mkdtempSync('/tmp/agion-postgres-');
    chmodSync(base, 0o755);
    const { bin } = postgresBinaries(base, account) as { bin: string };
    const own = path.join(base, 'own');
    mkdirSync(own, { mode: 0o700 });
    const password = randomBytes(16).toString('hex');
    const file = path.join(own, 'password');
    writeFileSync(file, password);
    if (account) for (const one of [own, file]) chownSync(one, account.uid, account.gid);
    const identity = account ? { uid: account.uid, gid: account.gid } : {};
    const run: Run = disk
      ? (program, args, options) => disk.run(program, args, options)
      : (program, args, options) => spawn(program, args, { ...options, ...identity, cwd: '/' });
    const data = path.join(disk?.folder ?? own, 'data');
    const [port] = (await freePorts(1)) as [number];
    const postgres = new OwnPostgres(run, bin, data, port, password, () =>
      rmSync(base, { recursive: true, force: true }),
    );
    await postgres.initialize(file);
    await postgres.startServer();
    return postgres;
  }

  get url(): string {
    return `postgresql://postgres:${this.password}@127.0.0.1:${this.port}/postgres`;
  }

  /** A database of its own on this server, as suites have one. */
  async database(): Promise<TestDatabase> {
    const template = Object.assign(new URL(this.url), { pathname: '/template_of_ours' }).toString();
    await migrate(template);
    const given = process.env.TEST_DATABASE_URL;
    process.env.TEST_DATABASE_URL = template;
    try {
      return await createTestDatabase();
    } finally {
      process.env.TEST_DATABASE_URL = given;
    }
  }

  async startServer(): Promise<void> {
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=100', 'max_wal_size=64MB', 'min_wal_size=32MB', 'wal_recycle=off', 'shared_memory_type=mmap', 'dynamic_shared_memory_type=mmap']; // prettier-ignore
    const options = settings.flatMap((setting) => ['-c', setting]);
    const server = this.run(path.join(this.bin, 'postgres'), ['-D', this.data, '-p', String(this.port), ...options], {
      stdio: 'ignore',
    });
    this.server = server;
    outlive(server);
    await eventually(() => this.answers(), { timeoutMs: 30_000, intervalMs: 50 });
  }

  /** `immediate` as a crash: nothing is written, the next start recovers. */
  async stopServer(how: 'immediate' | 'fast' = 'immediate'): Promise<void> {
    const server = this.server;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    server.kill(how === 'immediate' ? 'SIGQUIT' : 'SIGINT');
    await once(server, 'exit');
  }

  get isOver(): boolean {
    return !this.server || this.server.exitCode !== null || this.server.signalCode !== null;
  }

  async close(): Promise<void> {
    await this.stopServer();
    this.remove();
  }

  private async initialize(passwordFile: string): Promise<void> {
    const args = ['-D', this.data, '-U', 'postgres', '-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C', '--no-sync'];
    const made = this.run(path.join(this.bin, 'initdb'), [...args, `--pwfile=${passwordFile}`, '--wal-segsize=4'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [status] = (await once(made, 'exit')) as [number | null];
    if (status !== 0) throw new Error(`initdb ended with ${status}, see above`);
  }

  private async answers(): Promise<void> {
    if (this.isOver) throw new Error('postgres has ended');
    const client = new pg.Client({ connectionString: this.url });
    client.on('error', () => undefined);
    await client.connect();
    await client.end();
  }
}
