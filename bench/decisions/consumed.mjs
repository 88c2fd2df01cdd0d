import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import pg from 'pg';

/** Clock ticks of /proc in a millisecond: 100 a second on every Linux there is. */
const TICKS_PER_MS = 0.1;

/** What Redis and Postgres have used of the machine, and whether a responder is done. */
export class Consumption {
  #redis;
  #postgres;

  constructor(ending, { redisUrl, databaseUrl }) {
    this.#redis = new Redis(redisUrl);
    this.#postgres = new pg.Pool({ connectionString: databaseUrl, max: 1, options: '-c role=agion_governance_worker' });
    ending.atEnd(() => this.#redis.disconnect());
    ending.atEnd(() => this.#postgres.end());
  }

  /** Milliseconds of CPU since it began. */
  async redisMs() {
    const info = await this.#redis.info('cpu');
    const seconds = (name) => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1]);
    return (seconds('used_cpu_user') + seconds('used_cpu_sys')) * 1_000;
  }

  /** Milliseconds of CPU of the backends that serve this database, by process; null where they cannot be seen. */
  async postgresMs() {
    const { rows } = await this.#postgres.query(
      'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    try {
      return new Map(rows.map(({ pid }) => [pid, cpuOf(pid)]));
    } catch {
      return null;
    }
  }

  /** Bytes it has sent since it began, to everybody. */
  async egress() {
    return Number(/total_net_output_bytes:(\d+)/.exec(await this.#redis.info('stats'))?.[1]);
  }

  /** Waits until everything asked is acknowledged, and removes it with the answers that these containers got. */
  async settled(number, containers) {
    const stream = 'governance:requests';
    await this.#redis.select(number);
    for (;;) {
      const [group] = await this.#redis.xinfo('GROUPS', stream);
      const facts = Object.fromEntries(group.flatMap((name, index) => (index % 2 ? [] : [[name, group[index + 1]]])));
      if (facts.pending === 0 && facts.lag === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await this.#redis.xtrim(stream, 'MAXLEN', 0);
    for (const container of containers) await this.#redis.xtrim(`governance:responses:${container}`, 'MAXLEN', 0);
  }

  /** Rows of the ledger. */
  async ledgerRows() {
    const { rows } = await this.#postgres.query('SELECT count(*)::int AS count FROM governance.decisions');
    return rows[0].count;
  }
}

/** What processes that were there all the time, or came meanwhile, have used. */
export const usedBetween = (before, after) =>
  [...after].reduce((sum, [pid, ms]) => sum + ms - (before.get(pid) ?? 0), 0);

function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_MS;
}
