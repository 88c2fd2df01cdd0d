import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { DEFAULT_ORGANIZATION, MOST_PENDING_DELIVERIES } from '@agion/wire';
import { WebhooksUnderTest } from './webhooks-under-test.js';

let hooks: WebhooksUnderTest;
beforeAll(async () => {
  hooks = await WebhooksUnderTest.start();
}, 60_000);
afterAll(() => hooks.stop());

/** So many deliveries to it wait for tomorrow. */
const queue = (webhookId: string, count: number) =>
  hooks.rows(
    `INSERT INTO governance.webhook_deliveries (organization_id, webhook_id, event_id, type, next_attempt_at)
      SELECT $1, $2, gen_random_uuid(), 'agent.registered', now() + interval '1 day' FROM generate_series(1, $3::int)`,
    DEFAULT_ORGANIZATION.id,
    webhookId,
    count,
  );

it('a webhook has so many deliveries in its queue, and no more: what finds it full is in its log as dropped', async () => {
  const full = await hooks.create('/full');
  const other = await hooks.create('/beside');
  await queue(full.id, MOST_PENDING_DELIVERIES);
  const late = await hooks.happen();
  await eventually(async () => {
    expect(await hooks.deliveryOf(full.id, late)).toMatchObject({
      status: 'dropped',
      attempts: 0,
      next_attempt_at: null,
    });
    expect(await hooks.deliveryOf(other.id, late)).toMatchObject({ status: 'delivered' });
  });
  const { body } = await hooks.to('GET', `/${full.id}/deliveries?status=dropped`);
  expect((body as { items: { event_id: string }[] }).items.map(({ event_id: id }) => id)).toEqual([late]);
  expect(hooks.receiver.at('/full')).toEqual([]);

  expect((await hooks.to('POST', `/${full.id}/deliveries/${late}/redeliver`)).status).toBe(202);
  await eventually(() => expect(hooks.receiver.idsAt('/full')).toEqual([late]));
  await hooks.rows(
    `DELETE FROM governance.webhook_deliveries WHERE event_id =
      (SELECT event_id FROM governance.webhook_deliveries WHERE webhook_id = $1 AND status = 'pending' LIMIT 1)`,
    full.id,
  );
  const fits = await hooks.happen();
  await eventually(() => expect(hooks.receiver.idsAt('/full')).toEqual([late, fits]));
}, 30_000);

it('another organization’s full queue is none of ours', async () => {
  const mine = await hooks.create('/mine');
  const organization = randomUUID();
  await hooks.rows(
    `WITH hook AS (INSERT INTO governance.webhooks (organization_id, id, url, event_types, created_by)
        VALUES ($1, $2, 'https://hooks.example/', '{}', 'eve') RETURNING id)
      INSERT INTO governance.webhook_deliveries (organization_id, webhook_id, event_id, type, next_attempt_at)
      SELECT $1, $2, gen_random_uuid(), 'x', now() + interval '1 day' FROM hook, generate_series(1, $3::int)`,
    organization,
    mine.id,
    MOST_PENDING_DELIVERIES,
  );
  const id = await hooks.happen();
  await eventually(() => expect(hooks.receiver.idsAt('/mine')).toEqual([id]));
}, 30_000);
