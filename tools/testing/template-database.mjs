import { randomBytes } from 'node:crypto';
import { withConnection } from '../database/connection.mjs';
import { migrate } from '../database/migrations.mjs';

function onSameServer(url, database) {
  const target = new URL(url);
  target.pathname = `/${database}`;
  return target.toString();
}

/**
 * A migrated, otherwise empty database that suites copy. On a server of the caller's own it gets a name of its own, so that no
 * database that is there already is touched.
 * @returns `{url, drop}`
 */
export async function makeTemplateDatabase({ migrationUrl, embedded }) {
  const name = `agion_test_template_${randomBytes(4).toString('hex')}`;
  const url = onSameServer(migrationUrl, name);
  await migrate(url);
  const drop = () =>
    withConnection(onSameServer(migrationUrl, 'postgres'), (client) =>
      client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`),
    );
  return { url, drop: embedded.postgres ? () => {} : drop };
}
