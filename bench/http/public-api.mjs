import { randomUUID } from 'node:crypto';

const PATIENCE = 10_000;

/** One call of the public API. @returns `{status, headers, body}`, the body as text */
export async function call(origin, method, path, { token, body, headers = {} } = {}) {
  const answer = await fetch(origin + path, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(PATIENCE),
  });
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
}

async function create(origin, path, token, body) {
  const answer = await call(origin, 'POST', path, { token, body });
  if (answer.status !== 201 && answer.status !== 200)
    throw new Error(`POST ${path} was answered ${answer.status}: ${answer.body}`);
  return JSON.parse(answer.body);
}

/** About 2 KB of configuration, and what a real one is made of. */
const prompt = {
  name: 'Data analysis',
  location: 'data_analysis',
  content: 'You are a careful data analyst. State what you assume. '.repeat(31),
  variables: ['query', 'dataset', 'locale', 'user_role'],
  model_purpose: 'analysis',
  metadata: { owner: 'platform', tags: ['production', 'eu', 'analysis'] },
};

/** Puts the prompt in as an operator does. @returns the path agents fetch it by */
export async function createPrompt(origin, operator) {
  await create(origin, '/api/v1/prompts', operator, prompt);
  return `/api/v1/prompts/by-location/${prompt.location}`;
}

/** Registers an agent. @returns its token */
export async function registerAgent(origin, operator) {
  const agent = { agent_id: 'bench:reader', name: 'Reader', type: 'analysis', instance_id: randomUUID() };
  await create(origin, '/api/v1/agents/register', operator, agent);
  const { token } = await create(origin, `/api/v1/agents/${agent.agent_id}/token`, operator);
  if (!token) throw new Error('no agent token was issued');
  return token;
}
