import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A migrated database of its own for a suite, with only the default organization in it. */
export interface TestDatabase {
  /** What services get: a login that is neither superuser nor owner, so that row-level security is real. */
  url: string;
  /** The owner's URL, to change what tables there are. */
  adminUrl: string;
  /** To look behind the services' backs: sees the rows of every organization. */
  observerUrl: string;
  drop(): Promise<void>;
}

/** Any number: serializes the set-up of parallel test processes on one server. */
const SETUP_LOCK = 7_261_004;
const SERVICES = ['registry', 'governance', 'coordination', 'execution'];

/** A login of one suite: nobody else knows its password, and it goes with the suite's database. */
interface Login {
  username: string;
  password: string;
}

/**
 * Clones the template database that `npm test` has migrated (`TEST_DATABASE_URL` names it).
 * @throws Error saying which command to run when there is none
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = process.env.TEST_DATABASE_URL;
  if (!template)
    throw new Error(
      'these tests need Postgres: run them with `npm test -- <path>`, or set TEST_DATABASE_URL to a migrated database',
    );
  const name = `agion_test_${randomBytes(6).toString('hex')}`;
  const services: Login = { username: name, password: randomBytes(16).toString('hex') };
  const observer: Login = { username: `${name}_observer`, password: randomBytes(16).toString('hex') };
  const isSuperuser = await onServer(template, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [SETUP_LOCK]);
    const workers = SERVICES.map((service) => `agion_${service}_worker`);
    await makeLogin(client, services, 'NOINHERIT', [...SERVICES.map((service) => `agion_${service}`), ...workers]);
    await makeLogin(client, observer, 'INHERIT', workers);
    await client.query(
      `CREATE DATABASE ${name} TEMPLATE ${client.escapeIdentifier(new URL(template).pathname.slice(1))}`,
    );
    await client.query('SELECT pg_advisory_unlock($1)', [SETUP_LOCK]);
    const { rows } = await client.query<{ rolsuper: boolean }>(
      'SELECT rolsuper FROM pg_roles WHERE rolname = current_user',
    );
    return rows[0]?.rolsuper === true;
  });
  const adminUrl = withParts(template, { pathname: `/${name}` });
  return {
    url: withParts(adminUrl, services),
    adminUrl,
    // An owner who is no superuser is bound by row-level security like everybody: the workers' roles see past it.
    observerUrl: isSuperuser ? adminUrl : withParts(adminUrl, observer),
    drop: () =>
      onServer(template, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
        await client.query(`DROP ROLE IF EXISTS ${services.username}, ${observer.username}`);
      }),
  };
}

/** @param inherit whether it has its roles' rights at once, or only when it takes one on */
async function makeLogin(
  client: pg.Client,
  { username, password }: Login,
  inherit: 'INHERIT' | 'NOINHERIT',
  roles: string[],
): Promise<void> {
  await client.query(`CREATE ROLE ${username} LOGIN NOSUPERUSER ${inherit} PASSWORD '${password}'`);
  await client.query(`GRANT ${roles.join(', ')} TO ${username}`);
  await client.query(`GRANT ${username} TO CURRENT_USER`); // or its sessions could not be ended when the database is dropped
}

/** Runs statements on the tables of every organization, behind the services' backs. */
export async function asOwner<Result>(
  database: TestDatabase,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  return withClient(database.observerUrl, work);
}

/** Runs statements as the owner of the tables: for changes of what tables there are. */
export async function asTableOwner<Result>(
  database: TestDatabase,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  return withClient(database.adminUrl, work);
}

const onServer = <Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> =>
  withClient(withParts(url, { pathname: '/postgres' }), work);

async function withClient<Result>(
  connectionString: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function withParts(url: string, parts: Partial<Pick<URL, 'pathname' | 'username' | 'password'>>): string {
  return Object.assign(new URL(url), parts).toString();
}
