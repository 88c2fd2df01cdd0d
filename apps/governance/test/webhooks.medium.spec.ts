import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { fact, person, publish, trail } from './running-governance.js';
import { isGenuine } from './webhook-receiver.js';
import { WebhooksUnderTest } from './webhooks-under-test.js';

let hooks: WebhooksUnderTest;
beforeAll(async () => {
  hooks = await WebhooksUnderTest.start();
}, 60_000);
afterAll(() => hooks.stop());

describe('a webhook', () => {
  it('is told of a fact once, signed, and says so in its log', async () => {
    const { id, secret } = await hooks.create('/once');
    const eventId = await hooks.happen();
    await eventually(async () => expect(await hooks.deliveryOf(id, eventId)).toMatchObject({ status: 'delivered' }));
    const [webhook, ...more] = hooks.receiver.at('/once');
    expect(more).toEqual([]);
    expect(webhook).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json', 'webhook-id': eventId },
    });
    if (!webhook) throw new Error('unreachable');
    expect(isGenuine(webhook, secret)).toBe(true);
    expect(isGenuine(webhook, `whsec_${Buffer.alloc(32).toString('base64')}`)).toBe(false);
    expect(isGenuine({ ...webhook, body: `${webhook.body} ` }, secret)).toBe(false);
    expect(JSON.parse(webhook.body)).toMatchObject({
      type: 'agent.registered',
      timestamp: expect.stringMatching(/Z$/),
      data: { event_id: eventId, subject: { kind: 'agent', id: 'demo:echo' }, outcome: 'succeeded' },
    });
    expect(await hooks.deliveryOf(id, eventId)).toMatchObject({
      attempts: 1,
      log: [{ response_status: 200, error: null, duration_ms: expect.any(Number) }],
    });
    await hooks.to('DELETE', `/${id}`);
  });

  it('is told of the types and families it asked for, and of nothing else', async () => {
    const some = await hooks.create('/some', ['policy.*', 'agent.retired']);
    const all = await hooks.create('/all', []);
    const ids: string[] = [];
    for (const type of ['policy.changed', 'agent.registered', 'agent.retired', 'prompt.created'])
      ids.push(await hooks.happen(type));
    await eventually(() => expect(hooks.receiver.idsAt('/all')).toEqual(expect.arrayContaining(ids)));
    await eventually(() => expect(hooks.receiver.idsAt('/some').sort()).toEqual([ids[0], ids[2]].sort()));
    for (const { id } of [some, all]) await hooks.to('DELETE', `/${id}`);
  });

  it('is told of what this service does itself, and of an entry that came twice once', async () => {
    const { id } = await hooks.create('/self', ['webhook.created', 'agent.registered']);
    const other = await hooks.create('/other', ['mission.created']);
    const again = fact();
    for (let i = 0; i < 3; i++) await publish(hooks.running, again);
    await eventually(() => expect(hooks.receiver.idsAt('/self')).toContain(again.id));
    await eventually(() => {
      const subjects = hooks.receiver.at('/self').map(({ body }) => JSON.parse(body).data.subject.id as string);
      expect(subjects).toContain(other.id);
    });
    expect(hooks.receiver.idsAt('/self').filter((eventId) => eventId === again.id)).toHaveLength(1);
    for (const one of [id, other.id]) await hooks.to('DELETE', `/${one}`);
  });

  it.each([
    ['answers 500', 500, { response_status: 500, error: null }],
    ['redirects', 302, { response_status: 302, error: null }],
    ['does not answer in time', null, { response_status: null, error: 'timeout' }],
    ['breaks off', 0, { response_status: null, error: 'unreachable' }],
  ])('that %s is asked again, with the same id and body', async (name, status, logged) => {
    const path = `/fails-${status}`;
    const { id, secret } = await hooks.create(path);
    hooks.receiver.answer = (webhook, response) => {
      if (webhook.path !== path || hooks.receiver.at(path).length > 2) response.end();
      else if (status === 0) response.destroy();
      else if (status !== null) response.writeHead(status, { location: '/once' }).end();
    };
    const eventId = await hooks.happen();
    await eventually(async () => expect(await hooks.deliveryOf(id, eventId)).toMatchObject({ status: 'delivered' }), {
      timeoutMs: 15_000,
    });
    const webhooks = hooks.receiver.at(path);
    expect(webhooks).toHaveLength(3);
    expect(new Set(hooks.receiver.idsAt(path))).toEqual(new Set([eventId]));
    expect(new Set(webhooks.map(({ body }) => body)).size).toBe(1);
    expect(webhooks.every((webhook) => isGenuine(webhook, secret))).toBe(true);
    expect(await hooks.deliveryOf(id, eventId)).toMatchObject({
      attempts: 3,
      log: [logged, logged, { response_status: 200 }],
    });
    expect((await hooks.to('GET', `/${id}`)).body.failing_since).toBeNull();
    await hooks.to('DELETE', `/${id}`);
  });

  it('is given up after ten attempts, and sent again when an operator says so', async () => {
    const { id } = await hooks.create('/never');
    hooks.receiver.answer = (_, response) => response.writeHead(503).end();
    const eventId = await hooks.happen();
    await eventually(
      async () => {
        await hooks.rows(
          `UPDATE governance.webhook_deliveries SET next_attempt_at = now() WHERE event_id = $1`,
          eventId,
        ); // time flies
        expect(await hooks.deliveryOf(id, eventId)).toMatchObject({
          status: 'failed',
          attempts: 10,
          next_attempt_at: null,
        });
      },
      { timeoutMs: 20_000 },
    );
    expect((await hooks.to('GET', `/${id}`)).body.failing_since).toEqual(expect.any(String));
    hooks.receiver.answer = (_, response) => response.end();
    const redelivered = await hooks.to('POST', `/${id}/deliveries/${eventId}/redeliver`, { as: person('operator') });
    expect(redelivered).toMatchObject({ status: 202, body: { status: 'pending', attempts: 0 } });
    await eventually(async () => expect(await hooks.deliveryOf(id, eventId)).toMatchObject({ status: 'delivered' }));
    expect(new Set(hooks.receiver.idsAt('/never'))).toEqual(new Set([eventId]));
    await hooks.to('DELETE', `/${id}`);
  }, 30_000);

  it('that fails for days, or is gone, is switched off with a fact in the trail, and can be switched on', async () => {
    const failing = await hooks.create('/failing');
    const gone = await hooks.create('/gone');
    const bystander = await hooks.create('/bystander', ['webhook.disabled']);
    hooks.receiver.answer = ({ path }, response) =>
      response.writeHead(path === '/gone' ? 410 : path === '/failing' ? 500 : 200).end();
    await hooks.rows(
      `UPDATE governance.webhooks SET failing_since = now() - interval '6 days' WHERE id = $1`,
      failing.id,
    );
    await hooks.happen();
    for (const [{ id }, reason] of [
      [failing, 'nothing could be delivered for 5 days'],
      [gone, 'the receiver answered 410 Gone'],
    ] as const) {
      await eventually(async () =>
        expect((await hooks.to('GET', `/${id}`)).body).toMatchObject({ status: 'disabled', disabled_reason: reason }),
      );
      const body = await eventually(async () => {
        const answer = await trail(hooks.running, `?type=webhook.disabled&subject_id=${id}`);
        expect(answer.body.items).toMatchObject([{ outcome: 'failed', details: { reason } }]);
        return answer.body;
      });
      await eventually(() =>
        expect(hooks.receiver.idsAt('/bystander')).toContain((body.items[0] as { event_id: string }).event_id),
      );
    }
    const heard = hooks.receiver.at('/gone').length;
    const unheard = await hooks.happen();
    const { body } = await hooks.to('GET', `/${gone.id}/deliveries`);
    expect(body.items.map((item: { event_id: string }) => item.event_id)).not.toContain(unheard);
    const [first] = body.items as { event_id: string }[];
    expect((await hooks.to('POST', `/${gone.id}/deliveries/${first?.event_id}/redeliver`)).status).toBe(409);
    hooks.receiver.answer = (_, response) => response.end();
    expect((await hooks.to('POST', `/${gone.id}/enable`)).body).toMatchObject({
      status: 'active',
      disabled_reason: null,
    });
    await hooks.happen();
    await eventually(() => expect(hooks.receiver.at('/gone').length).toBe(heard + 1));
    for (const { id } of [failing, gone, bystander]) await hooks.to('DELETE', `/${id}`);
  });

  it('is signed with the old secret too for a day after a rotation', async () => {
    const { id, secret } = await hooks.create('/rotating');
    const rotated = await hooks.to('POST', `/${id}/rotate-secret`);
    expect(rotated.body.secret).toMatch(/^whsec_/);
    expect(rotated.body.secret).not.toBe(secret);
    await hooks.happen();
    await eventually(() => expect(hooks.receiver.at('/rotating')).toHaveLength(1));
    await hooks.rows(`UPDATE governance.webhooks SET previous_secret_until = now() WHERE id = $1`, id);
    await hooks.happen();
    await eventually(() => expect(hooks.receiver.at('/rotating')).toHaveLength(2));
    const [during, after] = hooks.receiver.at('/rotating');
    if (!during || !after) throw new Error('unreachable');
    expect([isGenuine(during, secret), isGenuine(during, rotated.body.secret)]).toEqual([true, true]);
    expect([isGenuine(after, secret), isGenuine(after, rotated.body.secret)]).toEqual([false, true]);
    await hooks.to('DELETE', `/${id}`);
  });

  it('is told nothing more when it is deleted', async () => {
    const { id } = await hooks.create('/deleted');
    expect((await hooks.to('DELETE', `/${id}`)).status).toBe(204);
    const control = await hooks.create('/control');
    await hooks.happen();
    await eventually(() => expect(hooks.receiver.at('/control')).toHaveLength(1));
    expect(hooks.receiver.at('/deleted')).toEqual([]);
    expect((await hooks.to('GET', `/${id}`)).status).toBe(404);
    await hooks.to('DELETE', `/${control.id}`);
  });
});
