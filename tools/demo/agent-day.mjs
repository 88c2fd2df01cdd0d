import { GOVERNED_STEPS } from './governed-steps.mjs';
import { REMEMBERED_STEPS } from './remembered-steps.mjs';
import { eventually, expect } from './telling.mjs';

async function register({ api, agent }, tell) {
  const health = await agent.start();
  tell(`process ${agent.pid}: GET /health says ${JSON.stringify(health)}`);
  const known = await api.call('GET', `/api/v1/agents/${agent.id}`);
  expect(known.status === 'active', `the platform knows it as \`${known.status}\``);
  tell(`the platform knows ${known.agent_id}: ${known.status}, capable of ${known.capabilities.join(', ')}`);
}

/** The prompt is the platform's: what agents say changes without touching them. */
async function givePrompt({ api, run }, tell) {
  const body = {
    name: 'Echo',
    location: 'echo',
    content: `It is run ${run}, and you said: {{query}}`,
    variables: ['query'],
  };
  const before = await api.find('/api/v1/prompts/by-location/echo');
  const prompt = before
    ? await api.call('PUT', `/api/v1/prompts/${before.id}`, { body })
    : await api.call('POST', '/api/v1/prompts', { body, expected: 201 });
  tell(`version ${prompt.version}: ${prompt.content}`);
}

async function deregister({ api, agent }, tell) {
  const { status, milliseconds } = await agent.stop();
  expect(status === 0, `the agent ended with ${status}`);
  const known = await eventually('the platform still counted the instance', async () => {
    const found = await api.call('GET', `/api/v1/agents/${agent.id}`);
    return found.live_instances === 0 ? found : undefined;
  });
  expect(known.status === 'offline', `the platform knows it as \`${known.status}\``);
  tell(`SIGTERM: the process ended after ${milliseconds} ms with status ${status}`);
  tell(`the platform knows ${known.agent_id}: ${known.status}`);
}

/** From its registration to its end. */
export const AGENT_DAY = [
  { title: 'an agent starts and registers', run: register },
  { title: 'a person gives it a prompt', run: givePrompt },
  ...GOVERNED_STEPS,
  ...REMEMBERED_STEPS,
  { title: 'the agent is told to stop and leaves', run: deregister },
];
