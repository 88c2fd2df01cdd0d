import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { prisma } from '../setup/build.mjs';
import { inCheckout } from '../setup/checkout.mjs';
import { withConnection } from './connection.mjs';

const FOLDER = inCheckout('prisma', 'migrations');

function written() {
  const files = readdirSync(FOLDER).map((name) => ({ name, file: path.join(FOLDER, name, 'migration.sql') }));
  return files
    .filter(({ file }) => existsSync(file))
    .map(({ name, file }) => `${name} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`);
}

/** Whether the database has every migration, unchanged, and no other; false too when it cannot be asked. */
export async function isMigrated(url) {
  try {
    const rows = await withConnection(url, (client) =>
      client.query('SELECT migration_name, checksum, finished_at, rolled_back_at FROM public._prisma_migrations'),
    );
    const applied = rows.rows.filter((row) => !row.rolled_back_at);
    const names = applied.map((row) => `${row.migration_name} ${row.checksum}`);
    return applied.every((row) => row.finished_at) && names.sort().join() === written().sort().join();
  } catch {
    return false;
  }
}

/** Brings the database up to date; makes it if there is none. A database that is up to date costs one query. */
export async function migrate(url) {
  if (await isMigrated(url)) return false;
  await prisma(['migrate', 'deploy'], { ...process.env, DATABASE_URL: url });
  return true;
}
