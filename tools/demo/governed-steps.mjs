import { eventually, expect } from './telling.mjs';

/** Milliseconds a new policy may need to be obeyed by an agent that decides by itself. */
const EFFECT_LIMIT = 1_000;
const SHORT = 'hello';
const LONG = 'hello to everybody out there';
const LONGEST = 20;

async function allow({ api, agent, run }, tell) {
  const { metadata, version } = await api.addPolicy(`demo-allow-${run}`, 'Echo', {
    effect: 'allow',
    scope: { agents: [agent.id], actions: ['echo'] },
    message: 'echoing is fine',
  });
  tell(`${metadata.id}, version ${version}: allow ${agent.id} to \`echo\``);
}

async function work(scene, tell) {
  const { agent, run } = scene;
  for (const query of [SHORT, LONG]) {
    const answer = await eventually('the agent was not allowed to work', async () => {
      const found = await agent.invoke(query);
      return found.status === 403 ? undefined : found;
    });
    expect(answer.status === 200, `the agent answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    expect(answer.body.result.includes(run), `it does not work by the platform’s prompt: ${answer.body.result}`);
    tell(`“${query}” → “${answer.body.result}”`);
    scene.executionId = answer.body.execution_id;
  }
}

async function forbid(scene, tell) {
  const { api, agent, run } = scene;
  const reason = `nothing longer than ${LONGEST} characters is echoed`;
  const { metadata } = await api.addPolicy(`demo-deny-${run}`, 'Short echoes', {
    effect: 'deny',
    scope: { agents: [agent.id], actions: ['echo'] },
    condition: `context.characters > ${LONGEST}`,
    message: reason,
  });
  const since = performance.now();
  const denied = await eventually('the agent went on echoing long texts', async () => {
    const answer = await agent.invoke(LONG);
    return answer.status === 403 ? answer.body : undefined;
  });
  const took = Math.round(performance.now() - since);
  tell(`${metadata.id}: deny when context.characters > ${LONGEST}`);
  tell(`${took} ms later “${LONG}” is refused: ${denied.detail}`);
  expect(took < EFFECT_LIMIT, `that is not within ${EFFECT_LIMIT} ms`);
  expect(denied.detail.includes(reason), `the reason is another one: ${denied.detail}`);
  const answer = await agent.invoke(SHORT);
  expect(answer.status === 200, `“${SHORT}” is refused as well: ${JSON.stringify(answer.body)}`);
  tell(`“${SHORT}” is still echoed`);
  scene.decisionId = denied.decision_id;
}

async function askWhy({ api, decisionId, run }, tell) {
  const why = await eventually('the denial was not in the ledger', () =>
    api.find(`/api/v1/decisions/${decisionId}/why`),
  );
  const { decision, reason, source, phase } = why.decision;
  expect(decision === 'deny', `the ledger says \`${decision}\``);
  tell(
    `decision ${decisionId}: ${decision}, made ${source === 'local' ? 'by the agent itself' : `over ${source}`}, at \`${phase}\``,
  );
  tell(`reason: ${reason}`);
  for (const candidate of why.candidates) tell(`${candidate.policy} (${candidate.effect}): ${candidate.why}`);
  for (const change of why.to_change) tell(`what would change it: ${change}`);
  const blamed = why.candidates.find(({ matched, effect }) => matched && effect === 'deny');
  expect(blamed?.policy === `demo-deny-${run}`, `it is explained by \`${blamed?.policy}\``);
}

/** What policies make of the agent's work. */
export const GOVERNED_STEPS = [
  { title: 'a first policy allows it to work', run: allow },
  { title: 'it works', run: work },
  { title: 'a new policy denies a part of it, within a second', run: forbid },
  { title: 'why was it denied?', run: askWhy },
];
