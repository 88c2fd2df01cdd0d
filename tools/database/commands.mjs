import { readFileSync } from 'node:fs';
import { assertPostgres } from '../launcher/given-servers.mjs';
import { runningPlatform } from '../launcher/running.mjs';
import { readSettings } from '../launcher/settings.mjs';
import { ensureBuilt } from '../setup/build.mjs';
import { Failure } from '../setup/failure.mjs';
import { step } from '../setup/progress.mjs';
import { withoutPassword } from './connection.mjs';
import { migrate } from './migrations.mjs';
import { allowOwnLogin, DATABASE_SERVICES, makeServiceLogins } from './roles.mjs';
import { seedDatabase } from './seed.mjs';
import { onMigrated } from './unmigrated.mjs';

const USAGE = `usage:
  npm run db:migrate             apply the migrations
  npm run db:roles               let the login of DATABASE_URL act as every service (development)
  npm run db:roles -- --logins   make a login per service and print its URL once (production); a password may be given
                                 by <SERVICE>_DATABASE_PASSWORD or <SERVICE>_DATABASE_PASSWORD_FILE
  npm run db:seed                put in the demo prompt, model and resource
Each works on DATABASE_URL, or on the database of the platform that runs from this checkout.`;

function targetDatabase(settings) {
  const url = settings.DATABASE_URL ?? runningPlatform(settings)?.migration_url;
  if (!url)
    throw new Failure('no database: set DATABASE_URL, or start the platform (`npm start`) in another terminal first');
  return url;
}

function givenPasswords(settings) {
  const passwords = {};
  for (const service of DATABASE_SERVICES) {
    const variable = `${service.toUpperCase()}_DATABASE_PASSWORD`;
    const file = settings[`${variable}_FILE`];
    passwords[service] = settings[variable] ?? (file ? readFileSync(file, 'utf8').trim() : undefined);
  }
  return passwords;
}

async function printServiceLogins(url, settings) {
  const logins = await onMigrated(() => makeServiceLogins(url, givenPasswords(settings)));
  console.log('# shown once; keep them as secrets');
  for (const [service, { login, url: serviceUrl }] of Object.entries(logins)) {
    const variable = `${service.toUpperCase()}_DATABASE_URL`;
    console.log(
      serviceUrl
        ? `${variable}=${serviceUrl}`
        : `# ${login} keeps its password; ${service.toUpperCase()}_DATABASE_PASSWORD sets a new one`,
    );
  }
}

/** `npm run db:migrate`, `db:roles` and `db:seed`. */
export async function main([command, ...flags]) {
  const settings = readSettings();
  const unknown = flags.find((flag) => flag !== '--logins' || command !== 'roles');
  if (!['migrate', 'roles', 'seed'].includes(command) || unknown) throw new Failure(USAGE);
  const url = targetDatabase(settings);
  if (settings.DATABASE_URL) await assertPostgres('DATABASE_URL', url);
  console.error(withoutPassword(url));
  if (command === 'migrate') await step('migrate the database', () => migrate(url));
  else if (command === 'seed') {
    await ensureBuilt();
    await step('put in the demo data', () => onMigrated(() => seedDatabase(url)));
  } else if (flags.length > 0) await printServiceLogins(url, settings);
  else await step('let this login act as every service', () => onMigrated(() => allowOwnLogin(url)));
  return 0;
}
