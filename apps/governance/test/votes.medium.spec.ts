import { createPool, WorkerPool, workerRoleOf } from '@agion/database';
import { asOwner, createTestDatabase, type TestDatabase } from '@agion/testing';
import { DEFAULT_ORGANIZATION } from '@agion/wire';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type pg from 'pg';
import { feedbackEvidence, type Feedback } from '../src/feedback/feedback.js';
import { FeedbackStore } from '../src/feedback/feedback.store.js';
import { PseudonymKeysStore } from '../src/people/pseudonym-keys.store.js';

const organizationId = DEFAULT_ORGANIZATION.id;
const MORNING = Date.parse('2026-11-19T06:00:00Z');
/** Millionths that a rating by a person is worth: for, against, and how many. */
const WORTH: Record<number, [number, number, number]> = {
  5: [3_000_000, 0, 1],
  4: [1_500_000, 0, 1],
  3: [0, 0, 0],
  2: [0, 3_000_000, 1],
  1: [0, 6_000_000, 1],
};

let database: TestDatabase;
let pool: pg.Pool;
const stores: FeedbackStore[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, role: workerRoleOf('governance'), max: 8 });
  const worker = new WorkerPool(pool);
  for (let replica = 0; replica < 2; replica += 1)
    stores.push(new FeedbackStore(worker, new PseudonymKeysStore(worker)));
}, 60_000);
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

interface Voice {
  who: string;
  execution: string | null;
  rating: number;
  minute: number;
}

const voices = fc.array(
  fc.record({
    who: fc.constantFrom('ursula', 'yvonne'),
    execution: fc.constantFrom(null, 'run-1', 'run-2'),
    rating: fc.integer({ min: 1, max: 5 }),
    // Two days, and many at the same moment.
    minute: fc.constantFrom(0, 1, 2, 3, 1_440, 1_441),
  }),
  { minLength: 1, maxLength: 12 },
);

/** The second model: sorts, and lets the last of each slot stand. */
function model(given: readonly Voice[], ids: readonly string[]): [number, number, number][] {
  const last = new Map<string, { voice: Voice; key: string }>();
  given.forEach((voice, index) => {
    const day = voice.minute >= 1_080 ? 2 : 1;
    const slot = `${voice.who}/${voice.execution ?? `day ${day}`}`;
    const key = `${String(voice.minute).padStart(6, '0')}/${ids[index]}`;
    if ((last.get(slot)?.key ?? '') < key) last.set(slot, { voice, key });
  });
  const days: [number, number, number][] = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  for (const { voice } of last.values()) {
    const worth = WORTH[voice.rating] as [number, number, number];
    const sums = days[voice.minute >= 1_080 ? 1 : 0] as [number, number, number];
    for (const at of [0, 1, 2] as const) sums[at] += worth[at];
  }
  return days;
}

let agents = 0;
const feedbackOf = (agentId: string, id: string, { who, execution, rating, minute }: Voice): Feedback => ({
  organizationId,
  id,
  agentId,
  rating,
  comment: null,
  executionId: execution,
  author: `user:${who}`,
  claimedUser: null,
  source: 'person',
  at: new Date(MORNING + minute * 60_000),
});

const sumsOf = (agentId: string, table: 'trust_buckets' | 'trust_replay'): Promise<[number, number, number][]> =>
  asOwner(database, async (client) => {
    const { rows } = await client.query<{ day: string; positive: string; negative: string; count: string }>(
      `SELECT day::text, sum(positive) AS positive, sum(negative) AS negative, sum(count) AS count
        FROM governance.${table} WHERE agent_id = $1 GROUP BY day`,
      [agentId],
    );
    return ['2026-11-19', '2026-11-20'].map((day) => {
      const row = rows.find((one) => one.day === day);
      return [Number(row?.positive ?? 0), Number(row?.negative ?? 0), Number(row?.count ?? 0)];
    });
  });

describe('votes', () => {
  it('count once for each voter and execution, in whatever order, batches and repetitions they come', async () => {
    await fc.assert(
      fc.asyncProperty(
        voices.chain((given) =>
          fc.record({
            given: fc.constant(given),
            // Each at least once, some again.
            order: fc
              .shuffledSubarray([...given.keys(), ...given.keys()], { minLength: given.length })
              .map((some) => [...some, ...given.keys()]),
            size: fc.integer({ min: 1, max: 6 }),
          }),
        ),
        async ({ given, order, size }) => {
          const agentId = `votes:a${(agents += 1)}`;
          const ids = given.map((_, index) => `${agents}-${(index * 7) % 13}-${index}`);
          for (let at = 0; at < order.length; at += size)
            await stores[at % 2]?.record(
              order.slice(at, at + size).map((index) => {
                const feedback = feedbackOf(agentId, ids[index] ?? '', given[index] as Voice);
                return { feedback, evidence: feedbackEvidence(feedback, '') };
              }),
            );
          const expected = model(given, ids);
          expect(await sumsOf(agentId, 'trust_buckets')).toEqual(expected);
          expect(await sumsOf(agentId, 'trust_replay')).toEqual(expected);
        },
      ),
      { numRuns: 80 },
    );
  }, 60_000);

  it('leave one standing when several replicas write them at once', async () => {
    const agentId = 'votes:race';
    const given = Array.from({ length: 60 }, (_, minute) => ({
      who: 'ursula',
      execution: 'run-1',
      rating: 1 + (minute % 5),
      minute,
    }));
    await Promise.all(
      given.map((voice, index) => {
        const feedback = feedbackOf(agentId, `race-${index}`, voice);
        return (stores[index % 2] as FeedbackStore).record([{ feedback, evidence: feedbackEvidence(feedback, '') }]);
      }),
    );
    const last = WORTH[given.at(-1)?.rating ?? 0] as [number, number, number];
    expect(await sumsOf(agentId, 'trust_buckets')).toEqual([last, [0, 0, 0]]);
    expect(await sumsOf(agentId, 'trust_replay')).toEqual([last, [0, 0, 0]]);
  });

  it('keep nobody’s name in their slots, and every voice as it was given', async () => {
    const slots = await asOwner(database, (client) => client.query('SELECT * FROM governance.feedback_votes'));
    expect(slots.rows.filter((row) => /ursula|yvonne/.test(JSON.stringify(row)))).toEqual([]);
    const kept = await asOwner(database, (client) =>
      client.query("SELECT 1 FROM governance.feedback WHERE agent_id = 'votes:race'"),
    );
    expect(kept.rows).toHaveLength(60);
  });
});
