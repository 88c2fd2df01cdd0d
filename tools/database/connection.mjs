import pg from 'pg';

/** Runs `work` with a connection of its own. */
export async function withConnection(connectionString, work) {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {}); // a broken connection rejects its queries
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** The same server and database through another login. */
export function withLogin(url, login, password = '') {
  const target = new URL(url);
  target.username = login;
  target.password = password;
  return target.toString();
}

/** The same address without its password, for messages. */
export function withoutPassword(url) {
  const target = new URL(url);
  target.password = '';
  return target.toString();
}

/** Names this very database: another one under the same address (made anew, or on another machine) is told apart. */
export async function databaseIdentity(url) {
  return withConnection(url, async (client) => {
    const { rows } = await client.query(
      'SELECT oid, (SELECT system_identifier FROM pg_control_system()) AS cluster FROM pg_database WHERE datname = current_database()',
    );
    return `${rows[0].cluster}/${rows[0].oid}`;
  });
}
