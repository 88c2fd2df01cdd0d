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

/**
 * Postgres for the whole run: the one the environment names, else an embedded one that leaves nothing behind. Suites start a
 * Redis of their own each: Pub/Sub knows no databases, so they could not share one, and nobody's Redis is ever flushed.
 */
async function bringUp(ending) {
  const database = pick('TEST_DATABASE_URL', 'DATABASE_URL', 'SUPABASE_DATABASE_URL');
  const account = database.url ? undefined : serverAccount();
  let servers;
  if (!database.url) {
    const { folder, remove } = await temporaryFolder(account);
    ending.atEnd(remove);
    servers = folder;
  }
  const given = {
    databaseUrl: database.url,
    databaseVariable: database.variable,
    redisUrl: null,
  };
  const databases = await bringUpDatabases(ending, given, { servers, account, temporary: true });
  const template = await step('migrate a template database', () => ending.until(() => makeTemplateDatabase(databases)));
  ending.atEnd(template.drop);
  return template.url;
}

/** What tests see: the database of this run, and none that is meant for anything else. */
function testEnvironment(databaseUrl) {
  const environment = {
    ...process.env,
    AGION_MODE: 'development',
    TEST_DATABASE_URL: databaseUrl,
    OTEL_SDK_DISABLED: 'true',
  };
  for (const name of ['DATABASE_URL', 'SUPABASE_DATABASE_URL', 'REDIS_URL', 'AGION_DATA_DIR']) delete environment[name];
  return environment;
}

/**
 * Runs tests with all they need.
 * @param environment what they get to see on top
 * @returns `{passed, failed}`
 */
export async function runTests(args, environment = {}) {
  const ending = new Ending();
  let counts = { passed: 0, failed: 1 };
  try {
    await ending.until(ensureBuilt);
    const databaseUrl = await bringUp(ending);
    const { status, report } = await ending.until(() =>
      runJest(args, { ...testEnvironment(databaseUrl), ...environment }, (end) => ending.atEnd(end)),
    );
    counts = countTests(report, status);
  } catch (error) {
    showError(error);
  }
  await ending.cleanUp();
  return counts;
}

/** `npm test`: the last line says how many tests passed and failed, and the exit status follows it. */
export async function main(args) {
  const counts = await runTests(args);
  console.log(summaryLine(counts));
  return counts.failed === 0 ? 0 : 1;
}
