import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { databaseIdentity } from '../database/connection.mjs';

/** Remembers, with the data, which database was last seeded and got its administrator's token. */
export async function rememberDatabase(folder, migrationUrl) {
  const file = path.join(folder, 'database-seen');
  const identity = await databaseIdentity(migrationUrl);
  return {
    isNew: !existsSync(file) || readFileSync(file, 'utf8') !== identity,
    done: () => writeFileSync(file, identity, { mode: 0o600 }),
  };
}
