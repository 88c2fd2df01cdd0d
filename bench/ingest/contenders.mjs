import { fileURLToPath } from 'node:url';
import { parsePrivateKey, signEntry } from '@agion/service-kit';
import { freePort } from '../../tools/launcher/ports.mjs';
import { inCheckout } from '../../tools/setup/checkout.mjs';
import { MeasuredProcess } from '../harness/measured-process.mjs';
import { platformSettings } from '../harness/platform-settings.mjs';
import { call } from '../http/public-api.mjs';

const BARE = fileURLToPath(new URL('../baselines/batched-ingest.mjs', import.meta.url));
const STREAM = 'agion:events:trust';
const AGENTS = Array.from({ length: 200 }, (_, number) => `bench:agent-${number}`);
/** Agents that critical events are about: nobody else's score needs to know their ceilings. */
const CRITICAL_AGENTS = Array.from({ length: 20 }, (_, number) => `alarm${number}:agent`);
const isReady = (message) => message.type === 'ready';

/** Each has a database of Redis to itself. */
const withDatabase = (redisUrl, number) => Object.assign(new URL(redisUrl), { pathname: `/${number}` }).toString();

/**
 * Those that take events off a stream: governance, twice, a bare batched reader and one that writes by Prisma's createMany.
 * @returns `{contenders, agents, criticalAgents, signed}`; contenders by name, each `{url, process, database}`
 */
export async function startContenders(ending, databases) {
  const { urls, processes, people } = await platformSettings(databases, {
    split: true,
    extra: { AGION_MODE: 'development' }, // streams have no proof of who writes them but there
  });
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
  for (const agentId of [...AGENTS, ...CRITICAL_AGENTS]) await register(urls.gateway, people.operator, agentId);
  const own = environmentOf('governance');
  const contender = async (name, file, number, environment) => {
    const url = withDatabase(databases.redisUrl, number);
    return { url, process: await start(name, file, { ...environment, REDIS_URL: url }) };
  };
  const bare = (writer) => ({
    DATABASE_URL: databases.databaseUrl,
    OWNER_URL: databases.ownerUrl,
    WRITER: writer,
    TABLES: `bare_${writer}`,
  });
  const key = parsePrivateKey(
    environmentOf('execution').EXECUTION_SERVICE_KEY ?? environmentOf('execution').AGION_SERVICE_KEY,
  );
  return {
    contenders: {
      bare: await contender('the bare reader', BARE, 1, bare('statement')),
      agion: await contender('governance', main('governance'), 2, own),
      audited: await contender('governance, audited', main('governance'), 3, {
        ...own,
        GOVERNANCE_PORT: String(await freePort()),
      }),
      prisma: await contender('Prisma', BARE, 4, bare('prisma')),
    },
    agents: AGENTS,
    criticalAgents: CRITICAL_AGENTS,
    signed: (fields) => signEntry(STREAM, fields, 'execution', key),
  };
}

async function register(origin, token, agentId) {
  const { status, body } = await call(origin, 'POST', '/api/v1/agents/register', {
    token,
    body: { agent_id: agentId, name: agentId },
  });
  if (status >= 300) throw new Error(`the agent could not be registered (${status}): ${body}`);
}
