// The migration job: brings the database of DATABASE_URL up to date and, where every <SERVICE>_DATABASE_URL names the login we would
// give that service, makes these logins with these passwords. Safe to run again.
import { withoutPassword } from '../../tools/database/connection.mjs';
import { migrate } from '../../tools/database/migrations.mjs';
import { DATABASE_SERVICES, makeServiceLogins } from '../../tools/database/roles.mjs';
import { given, required } from './given.mjs';

/** @returns by service; undefined when the logins are somebody else's to make */
function passwordsOfOurLogins() {
  const passwords = {};
  for (const service of DATABASE_SERVICES) {
    const target = URL.parse(given(`${service.toUpperCase()}_DATABASE_URL`) ?? '');
    if (target?.username !== `agion_${service}_app` || !target.password) return undefined;
    passwords[service] = decodeURIComponent(target.password);
  }
  return passwords;
}

try {
  const url = required('DATABASE_URL');
  console.log(`migrating ${withoutPassword(url)}`);
  console.log((await migrate(url)) ? 'migrated' : 'nothing to migrate');
  const passwords = passwordsOfOurLogins();
  if (passwords) {
    const logins = await makeServiceLogins(url, passwords);
    console.log(
      `logins are as given: ${Object.values(logins)
        .map(({ login }) => login)
        .join(', ')}`,
    );
  } else
    console.log('logins are left alone: not every <SERVICE>_DATABASE_URL names agion_<service>_app with a password');
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
