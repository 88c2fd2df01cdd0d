import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Answer } from '../platform.js';
import { OPERATIONS } from '../public-api.js';
import { forAll } from './reach.js';
import { CREATING } from './right-bodies.js';
import { openRisk } from './risk.js';
import { TwoOrganizations, WHO } from './two-organizations.js';

/** Ids of one organization in the bodies of another: what they name there is its own, or nothing. */
let scene: TwoOrganizations;
beforeAll(async () => {
  scene = await TwoOrganizations.found();
}, 180_000);
const risk = openRisk('identity', 'ids of others in every body', () => scene.theyReachTheirs());
afterAll(() => scene?.stop());

const RIGHT: Record<string, (id: string) => object> = {
  ...CREATING,
  checkAction: () => ({ agent_id: 'theirs:mine', action: 'look' }),
  submitFeedback: () => ({ agent_id: 'theirs:mine', thumb: 'up' }),
  startRun: () => ({ user_message: 'hello' }),
};
const BODIES = OPERATIONS.filter(
  ({ name, url, textFields }) => !url.includes('{') && textFields.length > 0 && name !== 'runAgent',
);

/** Fields that name something. */
const NAMES = /(^|_)(id|name|slug|location|purpose|ref|token|policy|against)$/;

const kinds = WHO.filter((who) => who !== 'admin of the platform'); // slugs are his to choose
let count = 0;

test.each(kinds)(
  '%s: reaches nothing with their ids',
  async (who) => {
    const faults: string[] = [];
    const fields = BODIES.flatMap((operation) =>
      operation.textFields.filter((field) => NAMES.test(field)).map((field) => ({ operation, field })),
    );
    expect(fields.length).toBeGreaterThan(20);
    let asked = 0;
    await risk.attempt(async () => {
      await forAll(fields, async ({ operation: { name, method, url }, field }) => {
        const ids = name === 'startRun' ? [scene.theirs.ids.runs ?? ''] : scene.ids; // more of them would have to queue
        asked += ids.length;
        const ask = (id: string): Promise<Answer> => {
          const body = { ...RIGHT[name]?.(`mine-${(count += 1)}`), [field]: id };
          return scene.platform.call(method, url, { token: scene.mine[who], body });
        };
        faults.push(...(await scene.tellingApart(`${who}: ${method} ${url} ${field}`, ids, ask)));
      });
      expect(faults).toEqual([]);
    });
    await risk.attempt(scene.nothingHappened, asked - 1);
  },
  120_000,
);

test.each(['agent', 'container', 'operator'] as const)('%s: tells nothing about them', async (who) => {
  const of = { agent_id: 'theirs:mine', action: 'look' };
  const event = { ...of, kind: 'trust', event_type: 'task_completed', severity: 'positive', impact: 0.05 };
  const kinds: [object, string[]][] = [
    [event, ['agent_id', 'event_id', 'reporter']],
    [
      { ...of, kind: 'report', report_id: 'r', status: 'succeeded' },
      ['agent_id', 'report_id', 'decision_id', 'execution_id'],
    ],
    [{ ...of, kind: 'feedback', thumb: 'up' }, ['agent_id', 'event_id', 'execution_id', 'user_id']],
    [{ ...of, kind: 'mission', event_type: 'task.done' }, ['agent_id', 'event_id', 'mission_id', 'task_id']],
  ];
  const faults: string[] = [];
  await risk.attempt(async () => {
    for (const [about, fields] of kinds)
      for (const field of fields) {
        const ask = (id: string): Promise<Answer> =>
          scene.platform.call('POST', '/api/v1/events', {
            token: scene.mine[who],
            body: { events: [{ ...about, [field]: id }] },
          });
        faults.push(...(await scene.tellingApart(`${who}: ${JSON.stringify(about)} ${field}`, scene.ids, ask)));
      }
    expect(faults).toEqual([]);
    await scene.nothingHappened();
  }, scene.ids.length * 15);
});
