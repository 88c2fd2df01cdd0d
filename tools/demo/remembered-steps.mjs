import { eventually, expect } from './telling.mjs';

const trustOf = ({ api, agent }) => api.call('GET', `/api/v1/agents/${agent.id}/trust`);

const evidenceOf = async ({ api, agent }) =>
  (await api.call('GET', `/api/v1/agents/${agent.id}/trust/events?limit=200`)).items;

/** The score when nothing that has happened so far is on its way any more. */
async function settledScore(scene) {
  await eventually('the denial did not cost trust', async () =>
    (await evidenceOf(scene)).find(({ context }) => context?.decision_id === scene.decisionId),
  );
  return (await trustOf(scene)).score;
}

async function earnTrust(scene, tell) {
  const before = await settledScore(scene);
  const known = new Set((await evidenceOf(scene)).map(({ event_id: id }) => id));
  const answer = await scene.agent.invoke('one more');
  expect(answer.status === 200, `the agent answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  const event = await eventually('no trust event came', async () =>
    (await evidenceOf(scene)).find(
      ({ event_id: id, event_type: type, context }) =>
        !known.has(id) && type === 'task_completed' && context?.execution_id === answer.body.execution_id,
    ),
  );
  tell(`${event.event_type}, ${event.severity}, impact ${event.impact}; the agent’s own word weighs ${event.weight}`);
  const after = await eventually(`the score stayed at ${before}`, async () => {
    const { score } = await trustOf(scene);
    return score > before ? score : undefined;
  });
  tell(`score ${before} → ${after}`);
  scene.score = after;
}

async function rate({ api, agent, executionId, score }, tell) {
  const body = { agent_id: agent.id, rating: 5, comment: 'word for word', execution_id: executionId };
  const given = await api.call('POST', '/api/v1/feedback', { body, expected: 201 });
  tell(`${given.rating} of 5, “${given.comment}”, counts as the word of: ${given.source}`);
  const after = await eventually(`the score stayed at ${score}`, async () => {
    const found = await trustOf({ api, agent });
    return found.score > score ? found : undefined;
  });
  tell(`score ${score} → ${after.score}, tier ${after.tier}`);
}

/** What must be found in the trail: by type, and by a text that stands in the entry. */
const trailOf = ({ agent, decisionId, run }) => [
  ['agent.registered', agent.id],
  ['policy.created', `demo-allow-${run}`],
  ['policy.created', `demo-deny-${run}`],
  ['decision.denied', decisionId],
];

async function lookBack(scene, tell) {
  for (const [type, text] of trailOf(scene)) {
    const entry = await eventually(`no \`${type}\` with \`${text}\` was in the trail`, async () => {
      const { items } = await scene.api.call('GET', `/api/v1/audit?type=${type}&limit=100`);
      return items.find((one) => JSON.stringify(one).includes(text));
    });
    tell(`${entry.type.padEnd(17)} by ${entry.actor.kind} ${entry.actor.id}: ${entry.outcome}`);
  }
}

/** What the platform keeps of it. */
export const REMEMBERED_STEPS = [
  { title: 'a finished task earns trust', run: earnTrust },
  { title: 'a person rates it', run: rate },
  { title: 'who did what: the audit trail', run: lookBack },
];
