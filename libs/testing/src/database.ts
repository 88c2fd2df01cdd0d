import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A migrated database of its own for a suite, with only the default organization in it. */
export interface TestDatabase {
  /** What services get: a login that is neither superuser nor owner, so that row-level security is real. */
  url: string;
  /** The owner's URL, to look behind the services' backs. */
  adminUrl: string;
  drop(): Promise<void>;
}

const LOGIN = { name: 'agion_test', password: 'agion_test' };
/** Any number: serializes the set-up of parallel test processes on one server. */
const SETUP_LOCK = 7_261_004;
const SERVICES = ['registry', 'governance', 'coordination', 'execution'];

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
  await onServer(template, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [SETUP_LOCK]);
    await client.query(
      `DO $$ BEGIN CREATE ROLE ${LOGIN.name} LOGIN NOSUPERUSER NOINHERIT PASSWORD '${LOGIN.password}'; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
    );
    const roles = SERVICES.flatMap((service) => [`agion_${service}`, `agion_${service}_worker`]);
    await client.query(`GRANT ${roles.join(', ')} TO ${LOGIN.name}`);
    await client.query(
      `CREATE DATABASE ${name} TEMPLATE ${client.escapeIdentifier(new URL(template).pathname.slice(1))}`,
    );
    await client.query('SELECT pg_advisory_unlock($1)', [SETUP_LOCK]);
  });
  const adminUrl = withParts(template, { pathname: `/${name}` });
  return {
    url: withParts(adminUrl, { username: LOGIN.name, password: LOGIN.password }),
    adminUrl,
    drop: () =>
      onServer(template, (client) =>
        client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`).then(() => undefined),
      ),
  };
}

/** Runs statements as the owner, outside every organization. */
export async function asOwner<Result>(
  database: TestDatabase,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  return withClient(database.adminUrl, work);
}

const onServer = (url: string, work: (client: pg.Client) => Promise<void>): Promise<void> =>
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
