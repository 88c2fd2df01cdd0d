import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, FORBIDDEN_HOSTS, startCanary } from '@agion/testing';
import { person, startReplica } from './running-governance.js';
import { type Created, WebhooksUnderTest } from './webhooks-under-test.js';

let hooks: WebhooksUnderTest;
beforeAll(async () => {
  hooks = await WebhooksUnderTest.start();
}, 60_000);
afterAll(() => hooks.stop());

describe('the secret of a webhook', () => {
  it('is shown once and stood nowhere since', async () => {
    const { id, secret } = await hooks.create('/secret');
    const bare = secret.replace('whsec_', '');
    for (const path of ['', `/${id}`, `/${id}/deliveries`])
      expect((await hooks.to('GET', path)).text).not.toContain(bare);
    const stored = await hooks.rows<{ all: string }>(
      `SELECT (SELECT json_agg(w) FROM governance.webhooks w)::text || (SELECT coalesce(json_agg(a), '[]') FROM governance.audit_events a)::text
        || (SELECT coalesce(json_agg(k), '[]') FROM governance.idempotency_keys k)::text AS all`,
    );
    expect(stored[0]?.all).toContain(id);
    expect(stored[0]?.all).not.toContain(bare);
    await hooks.to('DELETE', `/${id}`);
  });
});

describe('with two replicas', () => {
  it('each of many facts is delivered once', async () => {
    const replica = await startReplica();
    const { id } = await hooks.create('/many');
    hooks.receiver.answer = (_, response) => setTimeout(() => response.end(), 40); // time enough to be taken twice
    const ids: string[] = [];
    for (let i = 0; i < 150; i++) ids.push(await hooks.happen());
    await eventually(() => expect(new Set(hooks.receiver.idsAt('/many')).size).toBe(150), { timeoutMs: 25_000 });
    await eventually(async () => {
      const open = await hooks.rows(
        `SELECT 1 FROM governance.webhook_deliveries WHERE webhook_id = $1 AND status <> 'delivered'`,
        id,
      );
      expect(open).toEqual([]);
    });
    expect(hooks.receiver.idsAt('/many').sort()).toEqual(ids.sort());
    hooks.receiver.answer = (_, response) => response.end();
    await hooks.to('DELETE', `/${id}`);
    await replica.close();
  }, 40_000);

  it('a slow receiver keeps no other waiting', async () => {
    const slow = await hooks.create('/slow');
    const quick = await hooks.create('/quick');
    let [open, most] = [0, 0];
    hooks.receiver.answer = ({ path }, response) => {
      if (path !== '/slow') return void response.end();
      most = Math.max(most, ++open);
      response.on('close', () => open--);
    };
    for (let i = 0; i < 60; i++) await hooks.happen();
    await eventually(() => expect(hooks.receiver.at('/quick')).toHaveLength(60), { timeoutMs: 15_000 });
    expect(most).toBeLessThanOrEqual(4);
    const { body } = await hooks.to('GET', `/${slow.id}/deliveries?status=delivered`);
    expect(body.items).toEqual([]);
    hooks.receiver.answer = (_, response) => response.end();
    for (const { id } of [slow, quick]) await hooks.to('DELETE', `/${id}`);
  });
});

describe('where webhooks may lead', () => {
  it('is refused when it is created, and again when it is called: nothing reaches a forbidden address', async () => {
    const canary = await startCanary();
    for (const host of FORBIDDEN_HOSTS)
      for (const url of [`https://${host}:8443/`, `https://${host}/`, `http://${host}:${canary.port}/`]) {
        const { status, body } = await hooks.to('POST', '', { body: { url } });
        expect([url, status]).toEqual([url, 422]);
        expect(body.errors).toMatchObject([{ pointer: '/url' }]);
      }
    const { id } = await hooks.create('/control-2');
    for (const host of FORBIDDEN_HOSTS) {
      await hooks.rows('UPDATE governance.webhooks SET url = $2 WHERE id = $1', id, `https://${host}:${canary.port}/`);
      const eventId = await hooks.happen();
      await eventually(async () => {
        const { log } = (await hooks.deliveryOf(id, eventId)) as { log: { error: string }[] };
        expect(new Set(log.map(({ error }) => error))).toEqual(new Set(['refused'])); // it may have been tried again
      });
      await hooks.rows(`UPDATE governance.webhook_deliveries SET status = 'failed' WHERE webhook_id = $1`, id);
    }
    await hooks.rows('UPDATE governance.webhooks SET url = $2 WHERE id = $1', id, hooks.receiver.url('/control-2'));
    await hooks.happen();
    await eventually(() => expect(hooks.receiver.at('/control-2')).toHaveLength(1));
    expect([canary.connections, canary.heard]).toEqual([0, []]);
    await canary.close();
    await hooks.to('DELETE', `/${id}`);
  }, 90_000);
});

describe('whose webhooks they are', () => {
  it('another organization neither sees, changes nor triggers them', async () => {
    const theirs = person('admin', hooks.running.acme);
    const { id } = await hooks.create('/ours', []);
    const eventId = await hooks.happen();
    await eventually(() => expect(hooks.receiver.idsAt('/ours')).toContain(eventId));
    for (const [method, path] of [
      ['GET', `/${id}`],
      ['DELETE', `/${id}`],
      ['POST', `/${id}/enable`],
      ['POST', `/${id}/rotate-secret`],
      ['GET', `/${id}/deliveries`],
      ['POST', `/${id}/deliveries/${eventId}/redeliver`],
    ] as const)
      expect([path, (await hooks.to(method, path, { as: theirs })).status]).toEqual([path, 404]);
    expect((await hooks.to('GET', '', { as: theirs })).body.items).toEqual([]);
    const own = await hooks.create('/theirs', [], { as: theirs });
    const foreign = await hooks.happen('agent.registered', hooks.running.acme);
    await eventually(() => expect(hooks.receiver.idsAt('/theirs')).toContain(foreign));
    expect(hooks.receiver.idsAt('/ours')).not.toContain(foreign);
    expect(hooks.receiver.idsAt('/theirs')).not.toContain(eventId);
    expect((await hooks.to('GET', `/${id}`)).body).toMatchObject({ status: 'active' });
    await hooks.to('DELETE', `/${id}`);
    await hooks.to('DELETE', `/${own.id}`, { as: theirs });
  });

  it('operators look and send again, admins change, nobody else does anything', async () => {
    const { id } = await hooks.create('/roles');
    for (const [role, method, path, status] of [
      ['viewer', 'GET', '', 403],
      ['viewer', 'GET', `/${id}/deliveries`, 403],
      ['operator', 'GET', `/${id}`, 200],
      ['operator', 'DELETE', `/${id}`, 403],
      ['operator', 'POST', `/${id}/rotate-secret`, 403],
      ['operator', 'POST', `/${id}/enable`, 403],
    ] as const)
      expect([role, method, path, (await hooks.to(method, path, { as: person(role) })).status]).toEqual([
        role,
        method,
        path,
        status,
      ]);
    const body = { url: hooks.receiver.url('/x') };
    expect((await hooks.to('POST', '', { as: person('operator'), body })).status).toBe(403);
    await hooks.to('DELETE', `/${id}`);
  });

  it('an organization has twenty at most, listed page by page', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 20; i++) ids.push((await hooks.create(`/n${i}`, ['mission.created'])).id);
    const full = await hooks.to('POST', '', { body: { url: hooks.receiver.url('/n20') } });
    expect(full).toMatchObject({ status: 409, body: { hint: expect.stringMatching(/DELETE/) } });
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await hooks.to('GET', `?limit=7${cursor}`);
      seen.push(...body.items.map(({ id }: Created) => id));
      cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`;
    } while (cursor !== '');
    expect(seen).toEqual(ids.toReversed());
    for (const id of ids) await hooks.to('DELETE', `/${id}`);
  });

  it.each([
    ['no url', {}],
    ['a type nobody knows', { url: 'https://a.example.com', event_types: ['x.y'] }],
    ['one type twice', { url: 'https://a.example.com', event_types: ['policy.*', 'policy.*'] }],
    ['user names in the url', { url: 'https://u:p@a.example.com' }],
    ['a field nobody knows', { url: 'https://a.example.com', secret: 'whsec_x' }],
  ])('%s is refused', async (_, body) => {
    expect((await hooks.to('POST', '', { body })).status).toBe(422);
  });
});
