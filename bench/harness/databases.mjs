import { bringUpDatabases } from '../../tools/launcher/databases.mjs';
import { serverAccount } from '../../tools/launcher/server-account.mjs';
import { allowOwnLogin, makeDevelopmentLogin } from '../../tools/database/roles.mjs';
import { step } from '../../tools/setup/progress.mjs';
import { makeTemplateDatabase } from '../../tools/testing/template-database.mjs';
import { temporaryFolder } from '../../tools/testing/temporary-folder.mjs';

/**
 * Postgres with a migrated database of this run's own, and Redis: those that tests may use (`TEST_DATABASE_URL`, `TEST_REDIS_URL`), else
 * embedded ones. Nothing of them is left at the end.
 * @returns `{databaseUrl, ownerUrl, redisUrl, redisKind, folder}`: what services get, and the owner's login; the folder is for other files of the run
 */
export async function startDatabases(ending) {
  const given = {
    databaseUrl: process.env.TEST_DATABASE_URL || undefined,
    databaseVariable: 'TEST_DATABASE_URL',
    redisUrl: process.env.TEST_REDIS_URL || undefined,
    redisVariable: 'TEST_REDIS_URL',
  };
  const account = given.databaseUrl ? undefined : serverAccount();
  const { folder, remove } = await temporaryFolder(account);
  ending.atEnd(remove);
  const databases = await bringUpDatabases(ending, given, { servers: folder, account, temporary: true });
  const database = await step('migrate a database', () => makeTemplateDatabase(databases));
  ending.atEnd(database.drop);
  const databaseUrl = await loginFor(database.url, databases.developmentPassword);
  return {
    databaseUrl,
    ownerUrl: database.url,
    redisUrl: databases.redisUrl,
    redisKind: databases.redisKind ?? 'the given Redis',
    folder,
  };
}

async function loginFor(url, developmentPassword) {
  if (developmentPassword) return makeDevelopmentLogin(url, developmentPassword);
  await allowOwnLogin(url);
  return url;
}
