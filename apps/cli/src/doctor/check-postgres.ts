import { LATEST_MIGRATION, verifiedUrl } from '@agion/database';
import pg from 'pg';
import { clockFinding } from './clock.js';
import { type Finding, findingsOf } from './finding.js';

const make = findingsOf('Postgres');
const OLDEST = 150_000;
const UNDEFINED_TABLE = '42P01';
const INSUFFICIENT_PRIVILEGE = '42501';
const NO_SUCH_ROLE = '22023';
const ROLES = ['NONE', 'agion_registry', 'agion_governance', 'agion_coordination', 'agion_execution'];
const LOOPBACK = /^(localhost|127\.|\[?::1|$)/;

/** Whether Postgres is fit for services: reached, new enough, migrated. */
export async function checkPostgres(url: string | undefined): Promise<Finding[]> {
  if (url === undefined)
    return [make('skipped', 'reached', 'no address', 'set DATABASE_URL, or run this where `npm start` runs')];
  let client: pg.Client;
  try {
    client = new pg.Client({
      connectionString: verifiedUrl(url),
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
    });
    client.on('error', () => {}); // a broken connection rejects its queries
    await client.connect();
  } catch (error) {
    return [make('failed', 'reached', messageOf(error), 'see that it runs, and that DATABASE_URL is right')];
  }
  try {
    return [
      make('ok', 'reached', new URL(url).host),
      await version(client),
      tls(url),
      await migrations(client),
      await clock(client),
    ];
  } catch (error) {
    return [make('failed', 'asked', messageOf(error), 'this login must be able to ask what services ask')];
  } finally {
    await client.end().catch(() => {});
  }
}

async function version(client: pg.Client): Promise<Finding> {
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
  const { rows: numbers } = await client.query<{ server_version_num: string }>('SHOW server_version_num');
  const text = rows[0]?.server_version ?? '';
  const isOld = Number(numbers[0]?.server_version_num) < OLDEST;
  return isOld ? make('failed', 'version', text, 'services need PostgreSQL 15 or later') : make('ok', 'version', text);
}

function tls(url: string): Finding {
  const { hostname, searchParams } = new URL(url);
  if (/sslmode=verify-full/.test(verifiedUrl(url))) return make('ok', 'tls', 'the server’s certificate is checked');
  if (LOOPBACK.test(hostname) || searchParams.has('host')) return make('ok', 'tls', 'none, on this machine');
  return make('warning', 'tls', 'none', 'add `?sslmode=verify-full` to the address, unless the network is your own');
}

interface Migration {
  name: string;
  done: boolean;
}

async function migrations(client: pg.Client): Promise<Finding> {
  const hint = 'run `npm run db:migrate`';
  const applied = await appliedMigrations(client);
  if (!applied) return make('skipped', 'migrations', 'this login may not see them: ask `/readiness` of the services');
  if (applied.length === 0) return make('failed', 'migrations', 'none', hint);
  const broken = applied.find(({ done }) => !done);
  if (broken) return make('failed', 'migrations', `\`${broken.name}\` began and did not end`, hint);
  if (!applied.some(({ name }) => name === LATEST_MIGRATION))
    return make('failed', 'migrations', `\`${LATEST_MIGRATION}\` is not applied`, hint);
  return make('ok', 'migrations', `${applied.length}, the newest for this release among them`);
}

/** Asked as the login itself, else as a service whose role it may take on; undefined when none of them may see. */
async function appliedMigrations(client: pg.Client): Promise<Migration[] | undefined> {
  for (const role of ROLES) {
    try {
      await client.query(`SET ROLE ${role}`);
      const { rows } = await client.query<Migration>(
        'SELECT migration_name AS name, finished_at IS NOT NULL AS done FROM public._prisma_migrations WHERE rolled_back_at IS NULL',
      );
      return rows;
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code === UNDEFINED_TABLE || code === NO_SUCH_ROLE) return []; // both come with the migrations
      if (code !== INSUFFICIENT_PRIVILEGE) throw error;
    }
  }
  return undefined;
}

async function clock(client: pg.Client): Promise<Finding> {
  const asked = Date.now();
  const { rows } = await client.query<{ ms: string }>('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS ms');
  return clockFinding(make, { server: Number(rows[0]?.ms), asked, answered: Date.now() });
}

/** Node says of some failed connections only which address was tried. */
const messageOf = (error: unknown): string => {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || String(error);
};
