import { createInterface } from 'node:readline';
import { createDatabase, databaseName } from './database-commands.mjs';
import { openEngine } from './engine.mjs';

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const reportOnStderr = (message) =>
  process.stderr.write(`${JSON.stringify({ level: 'ERROR', target: 'schema_engine', fields: { message } })}\n`);

/** Answers the CLI's line-delimited JSON-RPC on stdin and stdout, one request after the other, until stdin ends. */
export function serve(options) {
  reportPanics();
  const session = new Session(options);
  let queue = Promise.resolve();
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
  lines.on('line', (line) => {
    const request = line.trim() === '' ? {} : JSON.parse(line);
    if (request.method) queue = queue.then(() => session.answer(request));
  });
  lines.on('close', () => queue.finally(() => process.exit(0)));
}

// A Rust panic never settles the call it happened in: end with 101, as the native program does, so that the CLI reports it.
function reportPanics() {
  let panic;
  globalThis.PRISMA_WASM_PANIC_REGISTRY = {
    set_message(message) {
      panic = message;
      reportOnStderr(message);
    },
  };
  process.on('uncaughtException', (error) => {
    if (!panic) reportOnStderr(error.stack ?? String(error));
    process.exit(panic ? 101 : 1);
  });
}

class Session {
  #options;
  #engine;
  #diagnosed = false;
  #printed = 1_000_000; // ids of our own requests to the CLI, far from those of its requests to us

  constructor(options) {
    this.#options = options;
  }

  async answer({ id, method, params }) {
    try {
      send({ id, result: (await this.#call(method, params)) ?? null });
    } catch (error) {
      if (process.env.DEBUG) process.stderr.write(`${error?.stack ?? error}\n`);
      const message = error instanceof Error ? error.message : String(error);
      const data = { is_panic: false, message, error_code: error?.code ?? null, meta: error?.meta ?? null };
      send({ id, error: { code: 4466, message: 'An error happened. Check the data field for details.', data } });
    }
  }

  async #call(method, params) {
    if (method === 'createDatabase') {
      await createDatabase(this.#options.url);
      return { databaseName: databaseName(this.#options.url) };
    }
    this.#engine ??= openEngine(this.#options);
    const engine = await this.#engine;
    if (method === 'getDatabaseVersion') return engine.version(params);
    if (method === 'evaluateDataLoss') return this.#evaluateDataLoss(engine, params);
    const result = await engine[method](params);
    if (method === 'devDiagnostic') this.#diagnosed = true;
    if (method === 'applyMigrations' && result?.appliedMigrationNames?.length) this.#diagnosed = false;
    if (method === 'diff' && result?.stdout) {
      send({ id: this.#printed++, method: 'print', params: { content: result.stdout } });
      return { ...result, stdout: null };
    }
    return result;
  }

  // This build cannot open a shadow database here; it works from the replay that devDiagnostic left in its cache.
  // `migrate dev` with a pending migration applies that in between, so replay once more.
  async #evaluateDataLoss(engine, params) {
    if (!this.#diagnosed)
      await engine.devDiagnostic({ migrationsList: params.migrationsList, filters: params.filters });
    return engine.evaluateDataLoss(params);
  }
}
