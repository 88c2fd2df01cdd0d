import pg from 'pg';
import { verifiedUrl } from './postgres-url.js';

/** A service's own role sees one organization at a time; its worker role sees all of them. Both are made by the migrations. */
export type DatabaseRole = `agion_${string}`;

export interface PoolOptions {
  /** `postgresql://…`; any login that is a member of `role`. `sslmode=verify-full`, with `sslrootcert=<file>`, for TLS. */
  url: string;
  role: DatabaseRole;
  /** Most connections at once. */
  max: number;
  /** pg's pipelining: answers are not awaited between statements. Excludes cursors. */
  pipeline?: boolean;
}

/**
 * A pool whose connections act as `role` from their first moment, so that row-level security holds whatever login the URL names.
 * A consumer that stops inside a transaction, a lock nobody releases and a statement without end all have a limit (in ms).
 * @throws Error when the URL asks for TLS that checks nobody, or names a file that cannot be read
 */
export function createPool({ url, role, max, pipeline = false }: PoolOptions): pg.Pool {
  const limits = 'statement_timeout=10000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=5000';
  const pool = new pg.Pool({
    connectionString: verifiedUrl(url),
    max,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
    application_name: role,
    options: `-c role=${role} -c ${limits}`,
    ...(pipeline ? { pipeline: true } : {}),
  });
  // A connection that breaks rejects its own queries; without a listener it would also end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** The schema and role a service owns, by its name. */
export const roleOf = (service: string): DatabaseRole => `agion_${service}`;
export const workerRoleOf = (service: string): DatabaseRole => `agion_${service}_worker`;
