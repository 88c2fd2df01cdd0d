// npm run bench -- propagation: how fast one changed policy of many reaches fifty SDKs, and that an outage of Redis keeps nobody behind.
import { fileURLToPath } from 'node:url';
import { freePort } from '../../tools/launcher/ports.mjs';
import { inCheckout } from '../../tools/setup/checkout.mjs';
import { Failure } from '../../tools/setup/failure.mjs';
import { step } from '../../tools/setup/progress.mjs';
import { MeasuredProcess } from '../harness/measured-process.mjs';
import { readOptions } from '../harness/options.mjs';
import { runBenchmark } from '../harness/run.mjs';
import { quantile, spread } from '../harness/statistics.mjs';
import { fixed, printTable } from '../harness/table.mjs';
import { KillableRedis } from './killable-redis.mjs';

const AGENTS = Array.from({ length: 50 }, (_, number) => `c1:agent_${number}`);
const SIZES = [1_000, 10_000];
/** Of the bare listeners' p99, at most; see `bench/baselines/policy-listener.mjs`. */
const MOST_P99 = 3;
const MOST_OUTAGE_MS = 30_000;
const OUTAGES = 3;
const WARM_UP = 5;

const fileOf = (name) => fileURLToPath(new URL(`../sdk/${name}`, import.meta.url));

await runBenchmark(async (ending) => {
  const { rounds } = readOptions({ rounds: 400 });
  const redis = await KillableRedis.start(ending);
  const port = String(await freePort());
  const start = async (name, file, environment) => {
    const started = new MeasuredProcess(name, fileOf(file), { environment });
    ending.atEnd(() => started.stop());
    await started.message(({ type }) => type === 'ready');
    return started;
  };
  const server = await start('the policy server', 'policy-server.mjs', { PORT: port });
  const agents = await start('the agents', 'agents.mjs', {
    REDIS_URL: redis.url,
    SERVER_URL: `http://127.0.0.1:${port}`,
    SDK: inCheckout('libs', 'sdk', 'dist', 'index.js'),
    ENGINE: inCheckout('libs', 'policy-engine', 'dist', 'index.js'),
  });
  const ask = async (question) => {
    const answer = await agents.ask(question);
    if (answer.error) throw new Failure(answer.error);
    return answer;
  };
  const results = [];
  for (const count of SIZES) {
    await server.ask({ type: 'furnish', agents: AGENTS, count, scope: AGENTS });
    await ask({ type: 'open', agents: AGENTS });
    const times = await step(`${rounds} changes of one of ${count} policies`, () => changes({ server, ask, rounds }));
    const outages = await step(`${OUTAGES} changes with Redis killed as they are told`, () =>
      changesInOutages({ server, ask, redis }),
    );
    await ask({ type: 'close' });
    results.push({ count, ...times, outages });
  }
  return verdict(results);
});

/** Bare listeners and SDKs take turns; each turn is a change of its own. */
async function changes({ server, ask, rounds }) {
  const times = { bare: [], sdk: [] };
  for (let round = -WARM_UP; round < rounds; round++)
    for (const who of Object.keys(times)) {
      const { revision } = await server.ask({ type: 'change', who });
      const { ms } = await ask({ type: 'propagate', who, revision, scope: AGENTS });
      if (round >= 0) times[who].push(ms);
    }
  return times;
}

/** Milliseconds from the end of an outage, in which the notice was lost, until the last SDK decides by the change. */
async function changesInOutages({ server, ask, redis }) {
  const times = [];
  for (let round = 0; round < OUTAGES; round++) {
    const { revision } = await server.ask({ type: 'change', who: 'sdk' });
    const followed = ask({ type: 'propagate', who: 'sdk', revision, scope: AGENTS, lateMs: MOST_OUTAGE_MS });
    await redis.kill();
    await redis.startAgain();
    times.push((await followed).ms);
  }
  return times;
}

function verdict(results) {
  const rows = [];
  const missed = [];
  for (const { count, bare, sdk, outages } of results) {
    const ratio = (share) => quantile(sdk, share) / quantile(bare, share);
    for (const [name, times] of [
      [`${count} policies: bare listeners`, bare],
      [`${count} policies: SDKs`, sdk],
    ])
      rows.push([
        name,
        fixed(1)(quantile(times, 0.5)),
        `${(times === bare ? 1 : ratio(0.5)).toFixed(2)} ×`,
        fixed(1)(quantile(times, 0.99)),
        `${(times === bare ? 1 : ratio(0.99)).toFixed(2)} ×`,
        spread(times).toFixed(2),
      ]);
    if (ratio(0.99) > MOST_P99)
      missed.push(
        `${ratio(0.99).toFixed(2)} × the p99 of bare listeners at ${count} policies, more than ${MOST_P99} ×`,
      );
    const slowest = Math.max(...outages);
    rows.push([
      `${count} policies: SDKs, Redis killed`,
      fixed(1)(quantile(outages, 0.5)),
      '-',
      fixed(1)(slowest),
      '-',
      '-',
    ]);
    if (slowest > MOST_OUTAGE_MS) missed.push(`${slowest} ms with Redis killed, more than ${MOST_OUTAGE_MS} ms`);
  }
  printTable([`one changed, ${AGENTS.length} agents`, 'p50 ms', 'ratio', 'p99 ms', 'ratio', 'spread'], rows);
  console.log(
    '  From the notice until the last agent decides by the change; bare listeners and SDKs take turns in one process.',
  );
  console.log(
    '  Bare: fetches the one policy and believes it. SDK: checks the digest of all and the signature, and swaps the set.',
  );
  console.log('  Redis killed: as the notice is sent; the slowest of three, and Redis is back after half a second.\n');
  return missed.length > 0
    ? { fine: false, verdict: missed.join('; ') }
    : {
        fine: true,
        verdict: `one of ${SIZES.join(' and of ')} policies is in force in ${AGENTS.length} agents within ${MOST_P99} × the p99 of bare listeners, and within ${MOST_OUTAGE_MS / 1_000} s when Redis is killed`,
      };
}
