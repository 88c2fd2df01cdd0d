import pg from 'pg';

/** Runs `work` with a connection of its own. */
export async function withClient(connectionString, work) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** A database that surely exists on the same server. */
export function maintenanceUrl(url) {
  const target = new URL(url);
  target.pathname = '/postgres';
  target.search = '';
  return target.toString();
}

export const databaseName = (url) => decodeURIComponent(new URL(url).pathname.slice(1)) || 'postgres';

/** Several services may deploy at once: 42P04, and 23505 from the race on the catalog's index, both mean it exists now. */
export async function createDatabase(url) {
  try {
    await withClient(maintenanceUrl(url), (client) =>
      client.query(`CREATE DATABASE ${client.escapeIdentifier(databaseName(url))}`),
    );
  } catch (error) {
    if (error.code !== '42P04' && error.code !== '23505') throw error;
  }
}

const dropDatabase = (url) =>
  withClient(maintenanceUrl(url), (client) =>
    client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(databaseName(url))} WITH (FORCE)`),
  );

const COMMANDS = {
  'can-connect-to-database': (url) => withClient(url, (client) => client.query('SELECT 1')),
  'create-database': createDatabase,
  'drop-database': dropDatabase,
};

// SQLSTATE and socket errors → the codes by which the CLI knows what to say.
const PRISMA_CODES = {
  '3D000': 'P1003',
  '28P01': 'P1000',
  28000: 'P1000',
  ECONNREFUSED: 'P1001',
  ENOTFOUND: 'P1001',
  ETIMEDOUT: 'P1001',
};

/** `schema-engine cli <command>`: answers by exit status, and by a JSON line on stderr when it fails. */
export async function administer(command, url) {
  try {
    const run = COMMANDS[command];
    if (!run) throw Object.assign(new Error(`unknown command \`${command}\``), { prismaCode: 'P4000' });
    await run(url);
  } catch (error) {
    const fields = {
      message: error.message || String(error.code),
      error_code: error.prismaCode ?? PRISMA_CODES[error.code] ?? 'P1000',
    };
    // The CLI drops the first line of stderr and parses the others.
    process.stderr.write(`\n${JSON.stringify({ level: 'ERROR', target: 'schema_engine::logger', fields })}`);
    process.exitCode = 1;
  }
}
