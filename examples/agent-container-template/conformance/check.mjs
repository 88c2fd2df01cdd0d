// node check.mjs --platform URL --token TOKEN --url URL [--pid PID] [-- command …]     Node 20 or later, no packages
import { parseArgs } from 'node:util';
import { checkContainer, isConforming } from './container-check.mjs';
import { ContainerProcess, stopProcess } from './container-process.mjs';
import { caller } from './http.mjs';
import { tableOf } from './table.mjs';

const USAGE = 'usage: node check.mjs --platform URL --token ADMIN_TOKEN --url CONTAINER_URL [--pid PID] [-- command …]';

const text = { type: 'string' };

function read(args) {
  const { values, positionals } = parseArgs({
    args,
    options: { platform: text, token: text, url: text, pid: text },
    allowPositionals: true,
  });
  const { platform, token, url, pid } = values;
  if (!platform || !token || !url || (pid !== undefined && !(Number(pid) > 1))) throw new Error(USAGE);
  return { platform, token, url, pid: pid === undefined ? undefined : Number(pid), command: positionals };
}

async function main(args) {
  const { platform, token, url, pid, command } = read(args);
  const container = command.length > 0 ? new ContainerProcess(command) : undefined;
  try {
    await container?.healthy(caller(url));
    const stop = container ? (grace) => container.stop(grace) : pid && stopProcess(pid);
    const results = await checkContainer({ platform, token, url, stop });
    console.log(`\n${tableOf(results)}\n`);
    return isConforming(results) ? 0 : 1;
  } finally {
    container?.kill();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`✗ ${error.message}`);
  process.exitCode = 2;
}
