import { openSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MeasuredProcess } from '../harness/measured-process.mjs';
import { platformSettings } from '../harness/platform-settings.mjs';
import { inCheckout } from '../../tools/setup/checkout.mjs';
import { freePort } from '../../tools/launcher/ports.mjs';

const BARE_FASTIFY = fileURLToPath(new URL('../baselines/bare-fastify.mjs', import.meta.url));
const CALLER = fileURLToPath(new URL('caller.mjs', import.meta.url));

/** Where the measured servers stay, and where everybody else does. */
const SERVER_CORE = 0;
const OTHER_CORE = 1;

/** The limit works as always; only the number is one that a benchmark does not reach. */
const RATE_LIMIT = 20_000_000;

const NEWLINE = 0x0a;
/** Milliseconds. */
const WRITTEN_WITHIN = 2_000;
const isReady = (message) => message.type === 'ready';

/**
 * The gateway and the registry behind it, each a process of its own; the gateway's log goes to a file.
 * @param settings on top of those of every benchmark
 */
export async function startPlatform(ending, databases, settings = {}) {
  const extra = { GATEWAY_RATE_LIMIT: String(RATE_LIMIT), ...settings };
  const { urls, processes, people } = await platformSettings(databases, { split: true, extra });
  const logFile = path.join(databases.folder, 'gateway.log');
  const start = async (name, options) => {
    const { environment } = processes.find((one) => one.name === name);
    const file = inCheckout('apps', name, 'dist', 'main.js');
    const server = new MeasuredProcess(name, file, { environment, ...options });
    ending.atEnd(() => server.stop());
    await server.message(isReady);
    return server;
  };
  const registry = await start('registry', { core: OTHER_CORE });
  const gateway = await start('gateway', { core: SERVER_CORE, log: openSync(logFile, 'a') });
  return { origin: urls.gateway, people, servers: [gateway, registry], log: new RequestLog(logFile) };
}

/** Fastify and nothing else, with the same text. */
export async function startBareFastify(ending, { folder, body, etag }) {
  const port = await freePort();
  const file = path.join(folder, 'body.json');
  writeFileSync(file, body);
  const environment = { PORT: String(port), BODY_FILE: file, ETAG: etag };
  const server = new MeasuredProcess('bare Fastify', BARE_FASTIFY, { environment, core: SERVER_CORE });
  ending.atEnd(() => server.stop());
  await server.message(isReady);
  return { origin: `http://127.0.0.1:${port}`, servers: [server] };
}

export async function startCaller(ending) {
  const caller = new MeasuredProcess('the callers', CALLER, { environment: {}, core: OTHER_CORE });
  ending.atEnd(() => caller.stop());
  await caller.message(isReady);
  return caller;
}

/** The gateway's log file, kept from growing. */
class RequestLog {
  constructor(file) {
    this.file = file;
  }

  /** Empties it. The gateway goes on at its new end, since it appends. */
  clear() {
    truncateSync(this.file);
  }

  /** Lines there are, once it is as many as expected: a service writes the last ones a moment later. */
  async lines(expected) {
    for (const deadline = performance.now() + WRITTEN_WITHIN; performance.now() < deadline; await sleep(20)) {
      if (this.#count() >= expected) break;
    }
    return this.#count();
  }

  #count() {
    let count = 0;
    for (const byte of readFileSync(this.file)) if (byte === NEWLINE) count++;
    return count;
  }
}
