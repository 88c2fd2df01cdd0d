import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { asOwner, eventually } from '@agion/testing';
import { DEFAULT_ORGANIZATION } from '@agion/wire';
import { aUser, startExecution, type ExecutionBench } from './execution.js';

let bench: ExecutionBench;
beforeAll(async () => {
  bench = await startExecution({ RUN_RETENTION_DAYS: '7' });
});
afterAll(() => bench?.close());

const ada = aUser('ada');
const start = (id: string) =>
  bench.call<{ status: string }>(ada, 'POST', '/v1/runs', { run_id: id, user_message: 'Rain?' });
const statusOf = async (id: string): Promise<number> => (await bench.call(ada, 'GET', `/v1/runs/${id}`)).status;

/** Rows as they would stand there after so many days, for whoever they belong to. */
const write = (rows: { id: string; status: string; endedDaysAgo: number | null; organization?: string }[]) =>
  asOwner(bench.database, async (client) => {
    for (const { id, status, endedDaysAgo, organization = DEFAULT_ORGANIZATION.id } of rows)
      await client.query(
        `INSERT INTO execution.runs (organization_id, id, thread_id, owner, status, input, lease_expires_at, created_at, finished_at)
         VALUES ($1, $2, 't', 'user:ada', $3::text::execution."RunStatus", '{"messages": []}', now() + interval '1 day',
           now() - interval '400 days', now() - make_interval(days => $4::int))`,
        [organization, id, status, endedDaysAgo],
      );
  });
const kept = async (): Promise<string[]> => {
  const sql = 'SELECT id FROM execution.runs ORDER BY id';
  const { rows } = await asOwner(bench.database, (client) => client.query<{ id: string }>(sql));
  return rows.map(({ id }) => id);
};

it('removes runs that have been over for longer than they are kept, of every organization, and no other', async () => {
  expect((await start('fresh')).status).toBe(202);
  await eventually(async () => {
    const { body } = await bench.call<{ status: string }>(ada, 'GET', '/v1/runs/fresh');
    expect(body.status).toBe('succeeded');
  });
  const old = ['succeeded', 'failed', 'cancelled', 'interrupted'];
  await write(old.map((status) => ({ id: `old-${status}`, status, endedDaysAgo: 8 })));
  await write([
    { id: 'elsewhere-old', status: 'succeeded', endedDaysAgo: 8, organization: randomUUID() },
    { id: 'week', status: 'succeeded', endedDaysAgo: 6 },
    { id: 'working', status: 'running', endedDaysAgo: null },
  ]);
  await write(Array.from({ length: 1_100 }, (_, at) => ({ id: `many-${at}`, status: 'failed', endedDaysAgo: 30 })));
  expect(await kept()).toHaveLength(1_108);
  await bench.another(); // each looks when it starts
  await eventually(async () => expect(await kept()).toEqual(['fresh', 'week', 'working']));
  expect(await statusOf('old-failed')).toBe(404);
  expect(await statusOf('week')).toBe(200);
  expect((await start('old-failed')).status).toBe(202); // its id is free again
}, 30_000);
