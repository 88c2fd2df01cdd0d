import { pathToFileURL } from 'node:url';
import { displayPath, inCheckout } from '../setup/checkout.mjs';
import { ensureBuilt } from '../setup/build.mjs';
import { Failure } from '../setup/failure.mjs';
import { findDataFolder } from './data-folder.mjs';
import { devFile, readDevFile, writeDevFile } from './dev-file.mjs';
import { readSettings } from './settings.mjs';

const REGISTRY_MODULE = inCheckout('apps', 'registry', 'dist', 'credentials', 'admin-token.js');

/** Makes an administrator's token, and revokes the one before it everywhere. */
export async function replaceAdminToken(databaseUrl, redisUrl) {
  const registry = await import(pathToFileURL(REGISTRY_MODULE).href);
  return registry.replaceAdminToken(databaseUrl, redisUrl);
}

/** `npm run admin-token`: for the platform of this checkout, or for the one DATABASE_URL and REDIS_URL name. */
export async function main() {
  const settings = readSettings();
  const folder = findDataFolder(settings.AGION_DATA_DIR);
  const dev = readDevFile(folder);
  const databaseUrl = settings.DATABASE_URL ?? dev?.database_url;
  const redisUrl = settings.REDIS_URL ?? dev?.redis_url;
  if (!databaseUrl || !redisUrl)
    throw new Failure('no platform found: start it with `npm start`, or set DATABASE_URL and REDIS_URL');
  await ensureBuilt();
  const token = await replaceAdminToken(databaseUrl, redisUrl).catch((error) => {
    if (['ECONNREFUSED', 'ETIMEDOUT', 'ENOTFOUND'].includes(error.code))
      throw new Failure('the database does not answer: start the platform with `npm start` first');
    throw error;
  });
  console.log(token);
  if (dev && dev.database_url === databaseUrl) {
    writeDevFile(folder, { ...dev, admin_token: token });
    console.error(`The one before it is revoked; ${displayPath(devFile(folder))} holds the new one.`);
  }
  return 0;
}
