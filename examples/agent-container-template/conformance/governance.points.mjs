import { inWords, within } from './http.mjs';
import { must, NotLookedAt } from './point.mjs';

const NOT_OFFERED = [404, 405, 501];

const idsOf = ({ agents }) => agents.map(({ agent_id: id }) => id);

const invoke = ({ container, agents: [agent] }, query) =>
  container('POST', `/agents/${encodeURIComponent(agent.agent_id)}/invoke`, { body: { query, context: {} } });

const isResult = ({ status, body }) =>
  status === 200 && body.result !== undefined && typeof body.execution_id === 'string' && body.execution_id !== '';

async function invocation(scene) {
  await scene.policies.allow(idsOf(scene));
  const first = await within(scene.patience.policyChange, async () =>
    (scene.last = await invoke(scene, 'hello')).status === 403 ? undefined : scene.last,
  );
  if (!first) must(false, `it is denied although a policy allows it: ${inWords(scene.last)}`);
  if (NOT_OFFERED.includes(first.status)) throw new NotLookedAt(`not offered: ${inWords(first)}`);
  must(isResult(first), `it lacks \`result\` or \`execution_id\`: ${inWords(first)}`);
  scene.invokedAt = Date.now();
  const second = await invoke(scene, 'hello again');
  must(isResult(second), `the second time: ${inWords(second)}`);
  must(first.body.execution_id !== second.body.execution_id, 'two calls have the same `execution_id`');
  return `result and execution_id ${second.body.execution_id}`;
}

const decisionsOf = async ({ platform, agents: [agent], invokedAt }, filter = '') => {
  const query = `agent_id=${encodeURIComponent(agent.agent_id)}&from=${new Date(invokedAt - 1_000).toISOString()}${filter}`;
  const answer = await platform('GET', `/api/v1/decisions?${query}`);
  must(answer.status === 200, `the ledger cannot be read: ${inWords(answer)}`);
  return answer.body.items;
};

async function governance(scene) {
  const found = await within(scene.patience.record, async () => {
    const decisions = await decisionsOf(scene, '&decision=allow');
    return decisions.length > 0 ? decisions : undefined;
  });
  must(found, 'no decision about the invocation is in the ledger');
  const phases = [...new Set(found.map(({ phase }) => phase ?? 'no phase'))].sort();
  return `in the ledger: ${found[0].action}, ${found[0].source}, ${phases.join(', ')}`;
}

async function obedience(scene) {
  scene.invokedAt = Date.now();
  const reason = await scene.policies.deny(idsOf(scene));
  const denied = await within(scene.patience.policyChange, async () => {
    scene.last = await invoke(scene, 'and now?');
    return scene.last.status === 403 ? scene.last : undefined;
  });
  if (!denied) must(false, `a policy denies it, and the invocation is answered: ${inWords(scene.last)}`);
  must(denied.type.startsWith('application/problem+json'), `the refusal is \`${denied.type}\`, no problem document`);
  must(denied.body.detail?.includes(reason), `\`detail\` is not the reason of the decision: ${inWords(denied)}`);
  const id = denied.body.decision_id;
  const recorded = await within(scene.patience.record, async () =>
    (await decisionsOf(scene, '&decision=deny')).find(({ decision_id: one }) => one === id),
  );
  must(recorded, `the ledger has no denial \`${id}\``);
  await scene.policies.allowAgain();
  const again = await within(scene.patience.policyChange, async () => {
    scene.last = await invoke(scene, 'once more');
    return scene.last.status === 200 ? true : undefined;
  });
  must(again, `it is still refused after the policy is gone: ${inWords(scene.last)}`);
  return `refused with \`${recorded.winner?.policy}\`, answered again afterwards`;
}

async function reports({ platform, agents: [agent], startedAt, patience }) {
  const path = `/api/v1/agents/${encodeURIComponent(agent.agent_id)}/trust/events?limit=50`;
  const found = await within(patience.record, async () => {
    const { body } = await platform('GET', path);
    return body.items?.find(
      ({ event_type: type, at }) => type.startsWith('execution_') && Date.parse(at) >= startedAt - 1_000,
    );
  });
  must(found, 'the platform was not told how the invocation ended');
  return `${found.event_type}, of the decision ${found.context?.decision_id ?? 'it did not name'}`;
}

/** What a container must ask and obey. */
export const INVOCATION = { number: 6, name: 'invocation', needs: ['registration'], look: invocation };
export const GOVERNANCE = { number: 8, name: 'governance', needs: ['invocation'], look: governance };
export const OBEDIENCE = { number: 9, name: 'obedience', needs: ['invocation'], look: obedience };
export const REPORTS = { number: 10, name: 'reports', needs: ['invocation'], look: reports };
