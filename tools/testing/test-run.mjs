import { bringUpDatabases } from '../launcher/databases.mjs';
import { Ending } from '../launcher/ending.mjs';
import { serverAccount } from '../launcher/server-account.mjs';
import { ensureBuilt } from '../setup/build.mjs';
import { report as showError } from '../setup/failure.mjs';
import { step } from '../setup/progress.mjs';
import { countTests, summaryLine } from './jest-summary.mjs';
import { runJest } from './jest.mjs';
import { makeTemplateDatabase } from './template-database.mjs';
import { temporaryFolder } from './temporary-folder.mjs';

const pick = (...names) => {
  const variable = names.find((name) => process.env[name]);
  return { variable, url: process.env[variable] };
};

/** Databases for the whole run: those the environment names, else embedded ones that leave nothing behind. */
async function bringUp(ending) {
  const database = pick('TEST_DATABASE_URL', 'DATABASE_URL', 'SUPABASE_DATABASE_URL');
  const redis = pick('TEST_REDIS_URL', 'REDIS_URL');
  const account = database.url ? undefined : serverAccount();
  let servers;
  if (!database.url || !redis.url) {
    const { folder, remove } = await temporaryFolder(account);
    ending.atEnd(remove);
    servers = folder;
  }
  const given = {
    databaseUrl: database.url,
    databaseVariable: database.variable,
    redisUrl: redis.url,
    redisVariable: redis.variable,
  };
  const databases = await bringUpDatabases(ending, given, { servers, account, temporary: true });
  const template = await step('migrate a template database', () => ending.until(() => makeTemplateDatabase(databases)));
  ending.atEnd(template.drop);
  return { databaseUrl: template.url, redisUrl: databases.redisUrl };
}

/** What tests see: the databases of this run, and none that is meant for anything else. */
function testEnvironment({ databaseUrl, redisUrl }) {
  const environment = {
    ...process.env,
    AGION_MODE: 'development',
    TEST_DATABASE_URL: databaseUrl,
    TEST_REDIS_URL: redisUrl,
    OTEL_SDK_DISABLED: 'true',
  };
  for (const name of ['DATABASE_URL', 'SUPABASE_DATABASE_URL', 'REDIS_URL', 'AGION_DATA_DIR']) delete environment[name];
  return environment;
}

/** `npm test`: the last line says how many tests passed and failed, and the exit status follows it. */
export async function main(args) {
  const ending = new Ending();
  let counts = { passed: 0, failed: 1 };
  try {
    await ending.until(ensureBuilt);
    const databases = await bringUp(ending);
    const { status, report } = await ending.until(() =>
      runJest(args, testEnvironment(databases), (end) => ending.atEnd(end)),
    );
    counts = countTests(report, status);
  } catch (error) {
    showError(error);
  }
  await ending.cleanUp();
  console.log(summaryLine(counts));
  return counts.failed === 0 ? 0 : 1;
}
