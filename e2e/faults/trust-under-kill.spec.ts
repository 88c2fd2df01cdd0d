import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asOwner, eventually } from '@agion/testing';
import { type Platform, startPlatform } from '../platform.js';
import { type Fields, RawRedis } from '../raw-redis.js';
import { untilTheTrailIsWritten } from './audit-trail.js';
import { ServiceProcess } from './service-process.js';

/**
 * Fault 1 of docs/operations.md: the consumer of trust events dies by kill -9 again and again. Every event counts once, whether its
 * producer told it twice or Redis delivered it twice.
 */
const TRUST = 'agion:events:trust';
const GROUP = 'governance';
const EVENTS = 10_000;
const DUPLICATES = 1_000;
const KILLS = 5;
/** Between an event and its duplicate: never in one batch, so that the database has to tell them apart. */
const DISTANCE = 1_500;
const AGENTS = Array.from({ length: 20 }, (_, index) => `crew:agent_${index}`);

let platform: Platform;
let redis: RawRedis;
let governance: ServiceProcess | undefined;

beforeAll(async () => {
  platform = await startPlatform({ without: ['governance'] });
  redis = await RawRedis.open(platform.redis.url);
  await asOwner(platform.database, (client) => client.query(COUNT_ATTEMPTS));
  for (const agentId of AGENTS)
    await platform.call('POST', '/api/v1/agents/register', { body: { agent_id: agentId, name: agentId } });
  governance = await ServiceProcess.start('governance', platform);
  await untilTheTrailIsWritten(platform, redis);
  await governance.stop();
}, 60_000);
afterAll(async () => {
  await governance?.kill();
  redis?.close();
  await platform?.stop();
});

/** Counts, in the transaction that tries it, each attempt to record an event: what was committed can be told from what was not. */
const COUNT_ATTEMPTS = `
CREATE TABLE public.attempts (event_id text NOT NULL);
GRANT INSERT ON public.attempts TO PUBLIC;
CREATE FUNCTION public.count_attempt() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO public.attempts VALUES (NEW.event_id); RETURN NEW; END $$;
CREATE TRIGGER count_attempt BEFORE INSERT ON governance.trust_events FOR EACH ROW EXECUTE FUNCTION public.count_attempt()`;

const eventOf = (index: number): Fields => ({
  event_id: `event-${index}`,
  agent_id: AGENTS[index % AGENTS.length] ?? '',
  event_type: 'task_completed',
  severity: index % 5 === 0 ? 'minor' : 'positive',
  impact: index % 5 === 0 ? '-0.05' : '0.05',
});

/** All events in order, and of the earlier ones every eighth once more, much later. */
function entries(): Fields[] {
  return Array.from({ length: EVENTS }, (_, index) => index).flatMap((index) => {
    const earlier = index - DISTANCE;
    const repeats = earlier >= 0 && earlier % 8 === 0 && earlier < 8 * DUPLICATES;
    return repeats ? [eventOf(index), eventOf(earlier)] : [eventOf(index)];
  });
}

const numberOf = async (statement: string, values: unknown[] = []): Promise<number> => {
  const { rows } = await asOwner(platform.database, (client) => client.query<{ n: string }>(statement, values));
  return Number(rows[0]?.n);
};

const attempts = (): Promise<number> => numberOf('SELECT count(*) AS n FROM public.attempts');

/** Entries that the group was given and has acknowledged. */
async function acknowledged(): Promise<number> {
  const { read } = await redis.group(TRUST, GROUP);
  return read - (await redis.pending(TRUST, GROUP)).length;
}

/** Lets a process work until it holds entries that none before it held, and stops it in the middle of that. */
async function freezeAtWork(process: ServiceProcess, heldBefore: readonly string[]): Promise<void> {
  const before = new Set(heldBefore);
  const holdsNew = async (): Promise<boolean> => {
    const held = await redis.pending(TRUST, GROUP);
    return held.length > 0 && !held.some((id) => before.has(id));
  };
  await eventually(
    async () => {
      expect(await holdsNew()).toBe(true);
      process.freeze();
      if (await holdsNew()) return;
      process.thaw();
      throw new Error('it has just finished what it held');
    },
    { timeoutMs: 60_000, intervalMs: 1 + Math.random() * 20 },
  );
}

/** Backends of a killed process go on until they notice. */
const untilSessionsEnd = (): Promise<void> =>
  eventually(async () =>
    expect(
      await numberOf(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()",
      ),
    ).toBe(0),
  );

describe(`${EVENTS} trust events, ${DUPLICATES} of them told twice, through ${KILLS} times kill -9`, () => {
  test('each counts once: nothing lost, nothing doubled', async () => {
    const sent = entries();
    expect(sent).toHaveLength(EVENTS + DUPLICATES);
    await redis.appendAll(TRUST, sent);
    let [kills, lives, redelivered, committedTwice] = [0, 0, 0, 0];
    let held: string[] = [];

    while (kills < KILLS) {
      lives += 1;
      expect(lives).toBeLessThan(KILLS * 3);
      if (kills % 2 === 1) {
        governance = await ServiceProcess.start('governance', platform, { AGION_CRASH_AT: 'after_commit' });
        expect(await governance.end()).toBe('SIGKILL');
      } else {
        governance = await ServiceProcess.start('governance', platform);
        await freezeAtWork(governance, held);
        await governance.kill();
      }
      await untilSessionsEnd();
      held = await redis.pending(TRUST, GROUP);
      if (held.length === 0) continue; // it died with nothing in hand: that proves nothing
      kills += 1;
      redelivered += held.length;
      committedTwice = (await attempts()) - (await acknowledged());
    }

    governance = await ServiceProcess.start('governance', platform);
    await eventually(
      async () => {
        expect(await redis.group(TRUST, GROUP)).toMatchObject({ lag: 0, pending: 0 });
      },
      { timeoutMs: 60_000, intervalMs: 50 },
    );

    const rows = await numberOf('SELECT count(*) AS n FROM governance.trust_events');
    const summed = await numberOf('SELECT sum(count) AS n FROM governance.trust_buckets');
    const hits = (await attempts()) - rows;
    process.stdout.write(
      `trust under kill: ${kills} kills in ${lives} lives, ${redelivered} redelivered, ${committedTwice} of them after their commit, ${hits} dedupe hits, ${rows} rows, ${summed} in buckets\n`,
    );
    expect(redelivered).toBeGreaterThan(0);
    expect(committedTwice).toBeGreaterThan(0);
    expect(rows).toBe(EVENTS);
    expect(summed).toBe(EVENTS);
    expect(hits).toBe(DUPLICATES + committedTwice);
    expect(await redis.call('EXISTS', `${TRUST}:dead`)).toBe(0);
    expect(await sumsThatDiffer()).toEqual([]);
  }, 300_000);
});

/** Agents and dimensions whose buckets are not the sums of their events. */
const sumsThatDiffer = (): Promise<unknown[]> =>
  asOwner(platform.database, async (client) => {
    const { rows } = await client.query(`
      SELECT * FROM (
        SELECT agent_id, dimension, coalesce(sum(weight) FILTER (WHERE severity = 'positive'), 0) AS good,
          coalesce(sum(weight) FILTER (WHERE severity <> 'positive'), 0) AS bad, count(*) AS events
        FROM governance.trust_events GROUP BY 1, 2) AS told
      FULL JOIN (
        SELECT agent_id, dimension, sum(positive) AS good, sum(negative) AS bad, sum(count) AS events
        FROM governance.trust_buckets GROUP BY 1, 2) AS kept USING (agent_id, dimension)
      WHERE (told.good, told.bad, told.events) IS DISTINCT FROM (kept.good, kept.bad, kept.events)`);
    return rows;
  });
