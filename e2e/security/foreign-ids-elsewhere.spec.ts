import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { formatToken, parseToken } from '@agion/wire';
import type { Answer } from '../platform.js';
import { type Operation, OPERATIONS } from '../public-api.js';
import { MARK } from './furnished-organization.js';
import { forAll } from './reach.js';
import { CREATING } from './right-bodies.js';
import { openRisk } from './risk.js';
import { READ, TwoOrganizations, WHO } from './two-organizations.js';

/** Ids of one organization in queries and headers of another, and what else its people may have got hold of. */
let scene: TwoOrganizations;
beforeAll(async () => {
  scene = await TwoOrganizations.found();
}, 180_000);
const risk = openRisk('identity', 'ids of others in queries and headers; cursors, tickets, key ids', () =>
  scene.theyReachTheirs(),
);
afterAll(() => scene?.stop());

test.each(WHO)('%s: finds none of their ids by asking lists for them', async (who) => {
  const faults: string[] = [];
  const queries = READ.filter(({ url }) => !url.includes('{') && !url.startsWith('/ag-ui')).flatMap((operation) =>
    [...operation.query]
      .filter((name) => !/limit|cursor/.test(name))
      .map((name) => ({ ...operation, parameter: name })),
  );
  expect(queries.length).toBeGreaterThan(20);
  await risk.attempt(async () => {
    await forAll(queries, async ({ url, parameter }) => {
      const ask = (id: string): Promise<Answer> =>
        scene.platform.call('GET', `${url}?${parameter}=${encodeURIComponent(id)}`, { token: scene.mine[who] });
      faults.push(...(await scene.tellingApart(`${who}: ${url}?${parameter}`, scene.ids, ask)));
    });
    expect(faults).toEqual([]);
  }, queries.length * scene.ids.length);
});

test.each(WHO)('%s: cannot continue a run of theirs', async (who) => {
  const [run, entry] = scene.theirs.lastEventId.split('/') as [string, string];
  await risk.attempt(async () => {
    const faults: string[] = [];
    const ask =
      (method: string, path: (position: string) => string, headers: (position: string) => Record<string, string>) =>
      (id: string): Promise<Answer> => {
        const position = `${id}/${entry}`;
        return scene.platform.call(method, path(position), { token: scene.mine[who], headers: headers(position) });
      };
    const none = (): Record<string, string> => ({});
    const named = (position: string): Record<string, string> => ({ 'last-event-id': position });
    const inQuery = (position: string): string => `?after=${encodeURIComponent(position)}`;
    for (const [method, path] of [
      ['POST', '/ag-ui/run'],
      ['GET', '/ag-ui/events'],
    ] as const) {
      faults.push(
        ...(await scene.tellingApart(
          `${who}: ${method} ${path}`,
          [run],
          ask(method, () => path, named),
        )),
      );
      faults.push(
        ...(await scene.tellingApart(
          `${who}: ${method} ${path} after`,
          [run],
          ask(method, (at) => path + inQuery(at), none),
        )),
      );
    }
    const { body } = await scene.platform.call('POST', '/api/v1/stream-tickets', { token: scene.mine[who] });
    const ticket = `/ag-ui/events?ticket=${String((body as { ticket?: string }).ticket)}`;
    const answer = await scene.platform.call('GET', ticket, { headers: named(scene.theirs.lastEventId) });
    expect([401, 403, 404]).toContain(answer.status);
    expect(faults).toEqual([]);
  }, 5);
});

test('a key id of theirs with a secret of another is nobody', async () => {
  const keyIds = ['credentials', 'enrollments'].flatMap((table) =>
    (scene.before.rows[`registry.${table}`] ?? []).map(({ key_id: id }) => String(id)),
  );
  expect(keyIds.length).toBeGreaterThan(6);
  const secrets = WHO.flatMap((who) => parseToken(scene.mine[who]) ?? []);
  expect(secrets).toHaveLength(3);
  await risk.attempt(
    async () => {
      for (const { kind, secret } of secrets)
        for (const keyId of keyIds) {
          const token = formatToken({ kind, keyId, secret });
          expect((await scene.platform.call('GET', '/api/v1/agents', { token })).status).toBe(401);
          const body = { enrollment_token: formatToken({ kind: 'enrollment', keyId, secret }) };
          expect((await scene.platform.call('POST', '/api/v1/enrollments/exchange', { body })).status).toBe(401);
        }
    },
    secrets.length * keyIds.length * 2,
  );
});

test('nothing of theirs has changed', () => risk.attempt(scene.nothingHappened));

test('a cursor of theirs turns no page of theirs for another', () =>
  risk.attempt(async () => {
    let cursors = 0;
    for (const { name, url, query } of READ.filter((each) => each.query.has('cursor') && !each.url.includes('{'))) {
      expect([name, query.has('limit')]).toEqual([name, true]);
      const { body } = await scene.platform.call('GET', `${url}?limit=1`, { token: scene.theirs.admin });
      const cursor = body.next_cursor as string | undefined;
      if (!cursor) continue;
      cursors += 1;
      const their = new Set(
        Object.values(scene.before.rows)
          .flat()
          .flatMap((row) => Object.values(row)),
      );
      for (const who of ['admin', 'service account'] as const) {
        const page = await scene.platform.call('GET', `${url}?cursor=${encodeURIComponent(cursor)}`, {
          token: scene.mine[who],
        });
        const ids = ((page.body.items ?? []) as Record<string, unknown>[]).map((item) => item.id ?? item.event_id);
        expect([name, ids.filter((id) => their.has(id) && scene.ids.includes(String(id)))]).toEqual([name, []]);
        expect(JSON.stringify(page.body)).not.toContain(MARK);
      }
    }
    expect(cursors).toBeGreaterThan(8);
  }, 20));

test('a stream ticket of theirs opens nothing beside credentials of another, and is not used up', () =>
  risk.attempt(async () => {
    const { body } = await scene.platform.call('POST', '/api/v1/stream-tickets', { token: scene.theirs.admin });
    const path = `/ag-ui/events?ticket=${body.ticket as string}&user_message=hello`;
    for (const who of WHO)
      expect((await scene.platform.call('GET', path, { token: scene.mine[who] })).status).toBe(401);
    expect((await scene.platform.call('GET', path)).status).toBe(200);
  }, WHO.length));

test('an idempotency key of theirs gives nobody else their answer', () =>
  risk.attempt(async () => {
    const made: Record<string, Answer[]> = {};
    for (const token of [scene.theirs.admin, scene.mine.admin, scene.mine.operator])
      for (const name of ['createMission', 'createPrompt', 'createPolicy']) {
        const operation = OPERATIONS.find((each) => each.name === name) as Operation;
        const options = { token, headers: { 'idempotency-key': 'said-twice' }, body: CREATING[name]?.('said-twice') };
        (made[name] ??= []).push(await scene.platform.call('POST', operation.url, options));
      }
    const [their, first, second] = made.createMission ?? [];
    expect([their?.status, first?.status, second?.status]).toEqual([201, 201, 201]);
    expect(new Set([their, first, second].map((each) => each?.body.id)).size).toBe(3);
    for (const name of ['createPrompt', 'createPolicy'])
      expect([name, made[name]?.slice(0, 2).map(({ status }) => status)]).toEqual([name, [201, 201]]);
  }, 6));
