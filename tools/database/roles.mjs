import { randomBytes } from 'node:crypto';
import { withConnection, withLogin } from './connection.mjs';
import { scramVerifier } from './scram.mjs';

/** The services that own a Postgres schema. Their roles, which cannot log in, are made by the migrations. */
export const DATABASE_SERVICES = ['registry', 'governance', 'coordination', 'execution'];

const rolesOf = (service) => [`agion_${service}`, `agion_${service}_worker`];
const ALL_ROLES = DATABASE_SERVICES.flatMap(rolesOf);
const DEVELOPMENT_LOGIN = 'agion_dev';
const LOGIN_ATTRIBUTES = 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOBYPASSRLS';

async function ensureLogin(client, login) {
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [login]);
  if (rowCount > 0) return false;
  await client.query(`CREATE ROLE ${client.escapeIdentifier(login)} ${LOGIN_ATTRIBUTES}`);
  return true;
}

/** A login may act as the roles but never by itself has their rights: what it is allowed follows from the role it takes on. */
async function allow(client, login, roles) {
  const version = Number((await client.query('SHOW server_version_num')).rows[0].server_version_num);
  const option = version >= 160_000 ? 'SET' : 'MEMBER';
  for (const role of roles) {
    const { rows } = await client.query('SELECT pg_has_role($1, $2, $3) AS granted', [login, role, option]);
    if (rows[0].granted) continue;
    const terms = version >= 160_000 ? ' WITH INHERIT FALSE, SET TRUE' : '';
    await client.query(`GRANT ${client.escapeIdentifier(role)} TO ${client.escapeIdentifier(login)}${terms}`);
  }
}

/** The password itself never reaches the server. */
async function setPassword(client, login, password) {
  const verifier = client.escapeLiteral(scramVerifier(password));
  await client.query(`ALTER ROLE ${client.escapeIdentifier(login)} PASSWORD ${verifier}`);
}

/**
 * The login for all services on the embedded database, with this password.
 * @returns the services' URL
 */
export async function makeDevelopmentLogin(url, password) {
  await withConnection(url, async (client) => {
    await ensureLogin(client, DEVELOPMENT_LOGIN);
    await setPassword(client, DEVELOPMENT_LOGIN, password);
    await allow(client, DEVELOPMENT_LOGIN, ALL_ROLES);
  });
  return withLogin(url, DEVELOPMENT_LOGIN, password);
}

/** Lets the login of the URL itself act as every service: for development on a database of one's own. */
export async function allowOwnLogin(url) {
  await withConnection(url, async (client) => {
    const { rows } = await client.query('SELECT current_user AS login');
    await allow(client, rows[0].login, ALL_ROLES);
  });
}

/**
 * For production: a login per service, which can only act as that service's roles.
 * @param passwords by service; a new login without one gets a random one, an existing one keeps its own
 * @returns by service `{login, url}`; no url where the password was kept and is not known here
 */
export async function makeServiceLogins(url, passwords = {}) {
  return withConnection(url, async (client) => {
    const made = {};
    for (const service of DATABASE_SERVICES) {
      const login = `agion_${service}_app`;
      const isNew = await ensureLogin(client, login);
      const password = passwords[service] ?? (isNew ? randomBytes(24).toString('base64url') : undefined);
      if (password) await setPassword(client, login, password);
      await allow(client, login, rolesOf(service));
      made[service] = { login, url: password && withLogin(url, login, password) };
    }
    return made;
  });
}
