import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@agion/testing';
import type { Answer } from '../platform.js';
import type { Operation } from '../public-api.js';
import { ABOUT_SOMETHING, callRightly, forAll, idsIn, targetsOf } from './reach.js';
import { openRisk } from './risk.js';
import { TwoOrganizations, WHO } from './two-organizations.js';

/** Every id of one organization in every path of another: it is as if it did not exist, and nothing happens to it. */
/** Those of the platform are let read and set them: docs/identity.md, Organizations. */
const OF_THE_PLATFORM = ['getOrganizationSettings', 'changeOrganizationSettings'];
/** A container's id is the caller's own to choose: what he is given is a token of a container of his. */
const NAMED_BY_CALLER = ['issueContainerToken'];
/** Makes an action of the caller's own under any name, which is then found; of theirs nothing is. */
const MAKES_HIS_OWN = ['putAction'];
/** For people alone: an account is told so before anything is looked up. */
const BY_PEOPLE = ['clearTrustCeiling'];

/** What passes by, and what the services do not write into yet. */
const MAY_BE_EMPTY = /outbox|idempotency|default_effects|trust_archive/;

let scene: TwoOrganizations;
beforeAll(async () => {
  scene = await TwoOrganizations.found();
}, 180_000);
const risk = openRisk('identity', 'ids of others in every path, all kinds of credentials');
afterAll(() => scene?.stop());

test('there is a row of theirs in every table that keeps what is, and an id of theirs for every path', () => {
  const empty = Object.entries(scene.before.rows).flatMap(([table, rows]) => (rows.length === 0 ? [table] : []));
  expect(empty.filter((table) => !MAY_BE_EMPTY.test(table))).toEqual([]);
  expect(scene.ids.length).toBeGreaterThan(30);
  expect(ABOUT_SOMETHING.flatMap(({ url }) => idsIn(url, scene.theirs.ids)).length).toBeGreaterThan(45);
  expect(Object.keys(scene.before.keys).length).toBeGreaterThan(10);
});

test('they reach what is theirs', () => risk.control(() => scene.theyReachTheirs()));

test.each(WHO)(
  '%s: finds none of their ids in any path',
  async (who) => {
    const token = scene.mine[who];
    const faults: string[] = [];
    const operations = ABOUT_SOMETHING.filter(
      ({ name }) =>
        !MAKES_HIS_OWN.includes(name) && (who !== 'admin of the platform' || !OF_THE_PLATFORM.includes(name)),
    );
    const isHis = (name: string, id: string): boolean =>
      who === 'container' && NAMED_BY_CALLER.includes(name) && id === scene.theirs.slug;
    const targets = operations.flatMap((operation) =>
      targetsOf(operation.url, scene.theirs.ids, scene.ids)
        .filter(({ id }) => !isHis(operation.name, id))
        .map((target) => ({ operation, target })),
    );
    await risk.attempt(async () => {
      await forAll(targets, async ({ operation, target: { path, id } }) => {
        const ask = (asked: string): Promise<Answer> =>
          callRightly(
            scene.platform,
            operation,
            { id: asked, path: path.replace(encodeURIComponent(id), encodeURIComponent(asked)) },
            { token },
          );
        const about = `${who}: ${operation.method} ${path.replace(encodeURIComponent(id), '{}')}`;
        faults.push(...(await scene.tellingApart(about, [id], ask)));
      });
      expect(faults).toEqual([]);
      if (/admin|service/.test(who))
        for (const operation of operations.filter(({ name }) => !NAMED_BY_CALLER.includes(name)))
          for (const target of scene.theirOwn(operation)) {
            const { status } = await callRightly(scene.platform, operation, target, { token });
            const usual = who === 'service account' && BY_PEOPLE.includes(operation.name) ? 403 : 404;
            expect([operation.name, status]).toEqual([operation.name, usual]);
          }
      await scene.nothingHappened();
    }, targets.length);
  },
  120_000,
);

test('they reach what is theirs, and every change that was tried works for them', async () => {
  await scene.nothingHappened();
  await scene.theyReachTheirs();
  const rank = ({ method, name }: Operation): number => (method === 'DELETE' || /retire|discard/.test(name) ? 1 : 0);
  const changes = ABOUT_SOMETHING.filter(({ method }) => method !== 'GET').sort((a, b) => rank(a) - rank(b));
  const failed: unknown[] = [];
  for (const operation of changes)
    for (const target of scene.theirOwn(operation)) {
      const { status, body } = await eventually(async () => {
        const answer = await callRightly(scene.platform, operation, target, { token: scene.theirs.admin });
        // A dead letter that was put back is open again once its entry has failed again.
        expect(answer.body?.type).not.toBe('/problems/dead-letter-settled');
        return answer;
      });
      if (status >= 300) failed.push([operation.name, status, body]);
    }
  expect(failed).toEqual([]);
  await expect(scene.nothingHappened()).rejects.toThrow(); // it would be seen
  await risk.control(() => undefined);
});
