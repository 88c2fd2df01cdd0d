// npm run bench -- sdk: what the SDK adds to the engine and to an array, and how fast a change reaches a fleet of agents.
import { fileURLToPath } from 'node:url';
import { freePort } from '../../tools/launcher/ports.mjs';
import { inCheckout } from '../../tools/setup/checkout.mjs';
import { Failure } from '../../tools/setup/failure.mjs';
import { step } from '../../tools/setup/progress.mjs';
import { MeasuredProcess } from '../harness/measured-process.mjs';
import { startDatabases } from '../harness/databases.mjs';
import { readOptions } from '../harness/options.mjs';
import { runBenchmark } from '../harness/run.mjs';
import { median, quantile, spread } from '../harness/statistics.mjs';
import { fixed, printTable, whole } from '../harness/table.mjs';

const AGENTS = Array.from({ length: 50 }, (_, number) => `c1:agent_${number}`);
const POLICIES = 1_000;
/** Of the bare listeners' time until the last agent has the change, at most; with fewer than a hundred rounds it is that of the slowest. */
const MOST_P99 = 3;
const WARM_UP = 5;

/** Which policies there are, and whom the changing one names: those named fetch at once, those of a glob within 300 ms. */
const FLEETS = {
  'each its own, 50 named': { count: POLICIES, scope: AGENTS },
  'all for all, 50 named': { count: POLICIES, scope: AGENTS, wide: true },
  'each its own, by a glob': { count: POLICIES, scope: ['c1:*'] },
};
const JUDGED = 'each its own, 50 named';

const fileHere = (name) => fileURLToPath(new URL(name, import.meta.url));

await runBenchmark(async (ending) => {
  const { rounds } = readOptions({ rounds: 200 });
  const { redisUrl } = await startDatabases(ending);
  const port = String(await freePort());
  const start = async (name, file, environment) => {
    const started = new MeasuredProcess(name, fileHere(file), { environment });
    ending.atEnd(() => started.stop());
    await started.message(({ type }) => type === 'ready');
    return started;
  };
  const server = await start('the policy server', 'policy-server.mjs', { PORT: port });
  const agents = await start('the agents', 'agents.mjs', {
    REDIS_URL: redisUrl,
    SERVER_URL: `http://127.0.0.1:${port}`,
    SDK: inCheckout('libs', 'sdk', 'dist', 'index.js'),
    ENGINE: inCheckout('libs', 'policy-engine', 'dist', 'index.js'),
  });
  const ask = async (question) => {
    const answer = await agents.ask(question);
    if (answer.error) throw new Failure(answer.error);
    return answer;
  };
  const results = {};
  let calls;
  for (const [name, fleet] of Object.entries(FLEETS)) {
    await server.ask({ type: 'furnish', agents: AGENTS, ...fleet });
    await ask({ type: 'open', agents: AGENTS });
    const measured = name === JUDGED ? rounds : Math.max(9, Math.round(rounds / 12));
    results[name] = await step(`${measured} changes, ${name}`, () =>
      propagation({ server, ask, fleet, rounds: measured }),
    );
    if (name === JUDGED) calls = await step('single calls', () => singleCalls({ ask, fleet, rounds: 9 }));
    await ask({ type: 'close' });
  }
  printCalls(calls);
  return verdict(results);
});

/** Bare listeners and SDKs take turns; each turn is a change of its own. */
async function propagation({ server, ask, fleet, rounds }) {
  const times = { bare: [], sdk: [] };
  for (let round = -WARM_UP; round < rounds; round++)
    for (const who of Object.keys(times)) {
      const { revision } = await server.ask({ type: 'change', who });
      const { ms } = await ask({ type: 'propagate', who, revision, scope: fleet.scope });
      if (round >= 0) times[who].push(ms);
    }
  return times;
}

async function singleCalls({ ask, fleet, rounds }) {
  const costs = {};
  for (let round = -2; round < rounds; round++) {
    const { costs: measured } = await ask({ type: 'calls', agentId: AGENTS[1], ...fleet });
    if (round >= 0) for (const [name, ns] of Object.entries(measured)) (costs[name] ??= []).push(ns);
  }
  return costs;
}

function printCalls(costs) {
  const row = (text, name, base) => {
    const ratio = costs[name].map((ns, round) => ns / costs[base][round]);
    return [text, whole(median(costs[name])), `${median(ratio).toFixed(1)} ×`, spread(costs[name]).toFixed(2)];
  };
  const header = ['one call', 'ns', 'ratio', 'spread'];
  printTable(header, [
    row('the bare engine: evaluate()', 'evaluate', 'evaluate'),
    row('checkLocally(), allows not reported', 'checkLocally', 'evaluate'),
    row('governed() around nothing, end not reported', 'governedSilent', 'evaluate'),
    row('governed() around nothing, end reported', 'governed', 'evaluate'),
    row('push to an array', 'push', 'push'),
    row('publishTrustEvent(), into the buffer', 'publish', 'push'),
  ]);
  console.log('  Wall time of the caller; what lies in memory afterwards is sent outside of it.\n');
}

function verdict(results) {
  const rows = [];
  const ratios = {};
  for (const [name, { bare, sdk }] of Object.entries(results)) {
    ratios[name] = quantile(sdk, 0.99) / quantile(bare, 0.99);
    for (const [text, times] of [
      [`${name}: bare listeners`, bare],
      [`${name}: SDKs`, sdk],
    ])
      rows.push([
        text,
        fixed(1)(quantile(times, 0.5)),
        `${(quantile(times, 0.5) / quantile(bare, 0.5)).toFixed(2)} ×`,
        fixed(1)(quantile(times, 0.99)),
        `${(quantile(times, 0.99) / quantile(bare, 0.99)).toFixed(2)} ×`,
        spread(times).toFixed(2),
      ]);
  }
  printTable([`${POLICIES} policies, ${AGENTS.length} agents`, 'p50 ms', 'ratio', 'p99 ms', 'ratio', 'spread'], rows);
  console.log(
    '  From the notice until the last agent decides by the change; bare listeners and SDKs take turns in one process.',
  );
  console.log(
    '  Bare: fetches the one policy and believes it. SDK: checks the hash of all and the signature, and swaps the set.',
  );
  console.log(
    '  By a glob: SDKs spread their fetches over 300 ms, so that a change for a thousand agents is no stampede.\n',
  );
  const ratio = ratios[JUDGED];
  const text = `a change is in force in ${AGENTS.length} agents within ${ratio.toFixed(2)} × the p99 of bare listeners`;
  return ratio <= MOST_P99
    ? { fine: true, verdict: `${text} (allowed ${MOST_P99} ×)` }
    : { fine: false, verdict: `${text}, more than ${MOST_P99} ×` };
}
