import { inWords } from './http.mjs';
import { must } from './point.mjs';

const MEMBERS = ['agent_id', 'name', 'type', 'capabilities', 'version'];
const AGENT_ID = /^[a-z0-9][a-z0-9._-]{0,62}:[a-z0-9][a-z0-9._-]{0,62}$/;
const isText = (value) => typeof value === 'string' && value !== '';
const isAgent = (one) =>
  typeof one === 'object' &&
  MEMBERS.every((member) => (member === 'capabilities' ? Array.isArray(one[member]) : isText(one[member])));

async function health({ container }) {
  const answer = await container('GET', '/health', { patience: 2_000 });
  must(answer.status === 200, `\`GET /health\`: ${inWords(answer)}`);
  must(answer.body.status === 'healthy' && isText(answer.body.version), `it says ${inWords(answer)}`);
  return `healthy, version ${answer.body.version}`;
}

async function metadata(scene) {
  const answer = await scene.container('GET', '/agents');
  must(answer.status === 200 && Array.isArray(answer.body), `\`GET /agents\`: ${inWords(answer)}`);
  must(answer.body.length > 0, 'it lists no agent');
  const incomplete = answer.body.find((one) => !isAgent(one));
  must(!incomplete, `\`${incomplete?.agent_id}\` lacks one of ${MEMBERS.join(', ')}`);
  scene.agents = answer.body;
  return `${answer.body.length} listed: ${answer.body.map(({ agent_id: id }) => id).join(', ')}`;
}

function ids({ agents }) {
  const odd = agents.find(({ agent_id: id }) => !AGENT_ID.test(id));
  must(!odd, `\`${odd?.agent_id}\` is not \`container:name\` in lower case`);
  const containers = new Set(agents.map(({ agent_id: id }) => id.split(':')[0]));
  must(containers.size === 1, `they are of several containers: ${[...containers].join(', ')}`);
  return `all of \`${[...containers][0]}\``;
}

async function refusals({ container, agents: [agent] }) {
  const invoke = (id) => `/agents/${encodeURIComponent(id)}/invoke`;
  const cases = [
    ['an unknown agent', [404], invoke(`${agent.agent_id}.unknown`), { body: { query: 'anybody there?' } }],
    ['what is no JSON', [400, 422], invoke(agent.agent_id), { text: '{"query": ' }],
    ['a body without `query`', [400, 422], invoke(agent.agent_id), { body: { context: {} } }],
  ];
  for (const [what, statuses, path, options] of cases) {
    const answer = await container('POST', path, options);
    must(statuses.includes(answer.status), `${what}: ${inWords(answer)} instead of ${statuses.join(' or ')}`);
    must(
      answer.type.startsWith('application/problem+json'),
      `${what}: the answer is \`${answer.type}\`, no problem document`,
    );
  }
  return 'unknown agent, no JSON, no query';
}

/** Endpoints: what can be seen without looking at the platform. */
export const HEALTH = { number: 1, name: 'health', look: health };
export const METADATA = { number: 2, name: 'metadata', look: metadata };
export const IDS = { number: 3, name: 'agent ids', needs: ['metadata'], look: ids };
export const REFUSALS = { number: 7, name: 'refusals', needs: ['invocation'], look: refusals };
