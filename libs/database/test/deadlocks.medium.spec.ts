import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { asTableOwner, createTestDatabase, type TestDatabase } from '@agion/testing';
import pg from 'pg';
import { WorkerPool } from '../src/index.js';

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  await asTableOwner(database, (client) =>
    client.query(
      'CREATE TABLE public.pair (id int PRIMARY KEY, n int NOT NULL); INSERT INTO public.pair VALUES (1, 0), (2, 0)',
    ),
  );
  pool = new pg.Pool({ connectionString: database.adminUrl, max: 4 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

it('does a transaction again that Postgres ended because another one came in its way', async () => {
  const worker = new WorkerPool(pool);
  let attempts = 0;
  const both = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const add = (first: number, second: number): Promise<void> =>
    worker.transaction(async (client) => {
      attempts += 1;
      await client.query('UPDATE public.pair SET n = n + 1 WHERE id = $1', [first]);
      both[first - 1]?.resolve();
      await Promise.all(both.map(({ promise }) => promise));
      await client.query('UPDATE public.pair SET n = n + 1 WHERE id = $1', [second]);
    });
  await Promise.all([add(1, 2), add(2, 1)]);
  expect(attempts).toBeGreaterThan(2); // both again, if they come in each other's way once more
  expect((await pool.query('SELECT n FROM public.pair ORDER BY id')).rows).toEqual([{ n: 2 }, { n: 2 }]);
});

it('gives up after the third time, and does nothing else again', async () => {
  const worker = new WorkerPool(pool);
  const failing = (code: string) => {
    let attempts = 0;
    const work = worker.transaction(() => {
      attempts += 1;
      throw Object.assign(new Error('no'), { code });
    });
    return expect(work)
      .rejects.toThrow('no')
      .then(() => attempts);
  };
  expect(await failing('40001')).toBe(3);
  expect(await failing('23505')).toBe(1);
});
