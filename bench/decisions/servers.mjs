import { fileURLToPath } from 'node:url';
import { MeasuredProcess } from '../harness/measured-process.mjs';
import { platformSettings } from '../harness/platform-settings.mjs';
import { inCheckout } from '../../tools/setup/checkout.mjs';
import { freePort } from '../../tools/launcher/ports.mjs';
import { call } from '../http/public-api.mjs';

const fileHere = (name) => fileURLToPath(new URL(name, import.meta.url));
const isReady = (message) => message.type === 'ready';
/** Streams have no proof of who writes them but in development. */
const SETTINGS = { AGION_MODE: 'development' };

const policiesFor = (containers) => [
  ...containers.map((name) => ({
    id: `charts-${name}`,
    spec: { effect: 'allow', scope: { agents: [`${name}:*`], actions: ['generate_chart'] } },
  })),
  { id: 'cap', spec: { effect: 'deny', scope: { agents: ['*'], actions: ['*'] }, condition: 'context.amount > 500' } },
];

/** Each responder has a Redis database to itself, so that none takes another's requests. */
const withDatabase = (redisUrl, number) => Object.assign(new URL(redisUrl), { pathname: `/${number}` }).toString();

/**
 * The bare responder, and governance twice: as it is, and without its ledger; with the registry it asks about agents.
 * @param fleet `{containers, agents}`: who may ask, names of containers and how many agents each of them has
 * @returns the responders by name, each `{url, process}`
 */
export async function startResponders(ending, databases, fleet) {
  const { urls, processes, people } = await platformSettings(databases, { split: true, extra: SETTINGS });
  const start = async (name, file, environment) => {
    const started = new MeasuredProcess(name, file, { environment });
    ending.atEnd(() => started.stop());
    await started.message(isReady);
    return started;
  };
  const environmentOf = (name) => processes.find((one) => one.name === name).environment;
  const main = (name) => inCheckout('apps', name, 'dist', 'main.js');
  await start('registry', main('registry'), environmentOf('registry'));
  await start('gateway', main('gateway'), environmentOf('gateway'));
  const own = { ...environmentOf('governance'), REDIS_URL: withDatabase(databases.redisUrl, 1) };
  const other = { ...own, REDIS_URL: withDatabase(databases.redisUrl, 2), GOVERNANCE_PORT: String(await freePort()) };
  const bare = { REDIS_URL: withDatabase(databases.redisUrl, 3) };
  const responders = {
    bare: {
      url: bare.REDIS_URL,
      process: await start('bare', fileURLToPath(new URL('../baselines/stream-responder.mjs', import.meta.url)), bare),
    },
    whole: { url: own.REDIS_URL, process: await start('governance', main('governance'), own) },
    unwritten: {
      url: other.REDIS_URL,
      process: await start('governance, no ledger', fileHere('without-ledger.mjs'), other),
    },
  };
  await furnish(urls.gateway, people, fleet);
  return responders;
}

export async function startAsker(ending) {
  const asker = new MeasuredProcess('the agents', fileHere('asker.mjs'), { environment: {} });
  ending.atEnd(() => asker.stop());
  await asker.message(isReady);
  return asker;
}

/** The agents and the policies, through the public API. */
async function furnish(origin, { admin, operator }, { containers, agents }) {
  const create = async (path, token, body) => {
    const { status, body: answer } = await call(origin, 'POST', path, { token, body });
    if (status >= 300) throw new Error(`POST ${path} was answered ${status}: ${answer}`);
  };
  for (const container of containers)
    for (let number = 0; number < agents; number++) {
      const agentId = `${container}:agent-${number}`;
      await create('/api/v1/agents/register', operator, { agent_id: agentId, name: agentId });
    }
  for (const { id, spec } of policiesFor(containers))
    await create('/api/v1/policies', admin, { apiVersion: 'agion/v1', kind: 'Policy', metadata: { id }, spec });
}
