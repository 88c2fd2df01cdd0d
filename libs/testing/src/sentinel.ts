import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePorts } from './environment.js';
import { eventually } from './eventually.js';
import { accepts, outlive } from './redis.js';
import { temporaryFolder } from './temporary-folder.js';

/** A Sentinel of a test's own, alone enough to depose a primary. */
export interface TestSentinel {
  readonly port: number;
  stop(): Promise<void>;
}

/** Watches the primary on a port of this machine; takes it for gone after `downAfterMs`. Needs redis-server. */
export async function startSentinel(name: string, primaryPort: number, downAfterMs = 500): Promise<TestSentinel> {
  const folder = temporaryFolder('agion-sentinel-');
  const [port] = (await freePorts(1)) as [number];
  const file = path.join(folder, 'sentinel.conf');
  const settings = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${name} 127.0.0.1 ${primaryPort} 1`,
    `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
    `sentinel failover-timeout ${name} 5000`,
  ];
  writeFileSync(file, `${settings.join('\n')}\n`);
  const server = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' });
  outlive(server);
  await eventually(() => accepts(port), { timeoutMs: 10_000 });
  return {
    port,
    stop: async () => {
      if (server.exitCode === null && server.signalCode === null) {
        server.kill('SIGKILL');
        await once(server, 'exit');
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
