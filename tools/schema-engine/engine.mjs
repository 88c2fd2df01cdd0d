import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { asCatalogReader } from './catalog-reader.mjs';
import { maintenanceUrl, withClient } from './database-commands.mjs';

const MODULE = '@prisma/schema-engine-wasm/schema_engine_bg';

async function loadWasm() {
  const glue = await import(MODULE);
  const file = createRequire(import.meta.url)
    .resolve(MODULE)
    .replace(/\.js$/, '.wasm');
  const { instance } = await WebAssembly.instantiate(readFileSync(file), { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start?.();
  return glue;
}

// One session for everything: the engine's advisory lock and its SETs belong to a session, which a pool could change in between.
async function connect(connectionString) {
  const schema = new URL(connectionString).searchParams.get('schema') ?? undefined;
  const settings = { connectionString, max: 1, idleTimeoutMillis: 0, application_name: 'prisma-schema-engine' };
  return asCatalogReader(await new PrismaPg(settings, { schema }).connect());
}

/**
 * A new, empty database for replaying migrations. The adapter's own version would replay on the real one (with a connection string,
 * pg ignores its `database` override) and drop the copy while still connected to it.
 */
async function connectToShadowDatabase(connectionString) {
  const name = `prisma_migrate_shadow_db_${randomUUID()}`;
  const target = new URL(connectionString);
  target.pathname = `/${name}`;
  await withClient(maintenanceUrl(connectionString), (client) => client.query(`CREATE DATABASE "${name}"`));
  const connection = await connect(target.toString());
  const dispose = connection.dispose.bind(connection);
  connection.dispose = async () => {
    await dispose();
    await withClient(maintenanceUrl(connectionString), (client) =>
      client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`),
    );
  };
  return connection;
}

/** The engine itself; its methods are those of the CLI's JSON-RPC. */
export async function openEngine({ url, datamodels }) {
  const { SchemaEngine } = await loadWasm();
  const adapter = bindMigrationAwareSqlAdapterFactory({
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: () => connect(url),
    connectToShadowDb: () => connectToShadowDatabase(url),
  });
  const sources = datamodels.length > 0 ? datamodels.map((file) => [file, readFileSync(file, 'utf8')]) : undefined;
  const debug = (line) => {
    if (process.env.DEBUG) process.stderr.write(`${line}\n`);
  };
  return SchemaEngine.new({ datamodels: sources }, debug, adapter);
}
