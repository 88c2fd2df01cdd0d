import { pathToFileURL } from 'node:url';
import { displayPath, inCheckout } from '../setup/checkout.mjs';
import { ensureBuilt } from '../setup/build.mjs';
import { Failure } from '../setup/failure.mjs';
import { findDataFolder } from './data-folder.mjs';
import { devFile, readDevFile, writeDevFile } from './dev-file.mjs';
import { assertPostgres, assertRedis } from './given-servers.mjs';
import { runningPlatform } from './running.mjs';
import { readSettings } from './settings.mjs';

const REGISTRY_MODULE = inCheckout('apps', 'registry', 'dist', 'credentials', 'admin-token.js');

/** Makes an administrator's token, and revokes the one before it everywhere. */
export async function replaceAdminToken(databaseUrl, redisUrl) {
  const registry = await import(pathToFileURL(REGISTRY_MODULE).href);
  return registry.replaceAdminToken(databaseUrl, redisUrl);
}

/** Of the settings, else of the platform that runs here. @throws Failure when there are none, or they do not answer */
async function findDatabases(settings, dev) {
  const isGiven = settings.DATABASE_URL && settings.REDIS_URL;
  if (!isGiven && !(dev && runningPlatform(settings)))
    throw new Failure('no platform runs here: start it with `npm start` first, or set DATABASE_URL and REDIS_URL');
  const databaseUrl = settings.DATABASE_URL ?? dev.database_url;
  const redisUrl = settings.REDIS_URL ?? dev.redis_url;
  if (!databaseUrl || !redisUrl) throw new Failure('the platform is not up yet: try again when it is');
  if (settings.DATABASE_URL) await assertPostgres('DATABASE_URL', databaseUrl);
  if (settings.REDIS_URL) await assertRedis('REDIS_URL', redisUrl);
  return { databaseUrl, redisUrl };
}

/** `npm run admin-token`: for the platform of this checkout, or for the one DATABASE_URL and REDIS_URL name. */
export async function main() {
  const settings = readSettings();
  const folder = findDataFolder(settings.AGION_DATA_DIR);
  const dev = readDevFile(folder);
  const { databaseUrl, redisUrl } = await findDatabases(settings, dev);
  await ensureBuilt();
  const token = await replaceAdminToken(databaseUrl, redisUrl);
  console.log(token);
  if (dev && dev.database_url === databaseUrl) {
    writeDevFile(folder, { ...dev, admin_token: token });
    console.error(`The one before it is revoked; ${displayPath(devFile(folder))} holds the new one.`);
  }
  return 0;
}
