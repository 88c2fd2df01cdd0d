// npm run bench -- http: what a configuration read through the gateway costs beside bare Fastify with the same answer.
import { availableParallelism } from 'node:os';
import { canPin } from '../harness/cores.mjs';
import { startDatabases } from '../harness/databases.mjs';
import { readOptions } from '../harness/options.mjs';
import { runBenchmark } from '../harness/run.mjs';
import { median, spread } from '../harness/statistics.mjs';
import { fixed, printTable, whole } from '../harness/table.mjs';
import { Failure } from '../../tools/setup/failure.mjs';
import { step } from '../../tools/setup/progress.mjs';
import { checkAnswers } from './checks.mjs';
import { call, createPrompt, registerAgent } from './public-api.mjs';
import { rowsOf } from './rows.mjs';
import { startBareFastify, startCaller, startPlatform } from './servers.mjs';

/** Requests per CPU second of ours, at least, as a share of the baseline's. */
const LEAST = 0.4;
const CONNECTIONS = 64;
const WARM_UP_SECONDS = 2;

await runBenchmark(async (ending) => {
  const { rounds, seconds } = readOptions({ rounds: 9, seconds: 1.5 });
  const setting = await prepare(ending);
  await checkAnswers(setting);
  const rows = rowsOf({ ...setting, least: LEAST });
  const { caller } = setting;
  await step('warm up', async () => {
    for (const row of rows) await measure(row, caller, WARM_UP_SECONDS);
  });
  const results = await step(`${rounds} rounds of ${rows.length} times ${seconds} s`, async () => {
    const all = Object.fromEntries(rows.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const row of rows) all[row.name].push(await measure(row, caller, seconds));
    }
    return all;
  });
  await checkAnswers(setting);
  return verdict(rows, results, setting.body);
});

/** Both servers with the same answer in them, and somebody to call them. */
async function prepare(ending) {
  const databases = await startDatabases(ending);
  return step('start the gateway, the registry and bare Fastify', async () => {
    const platform = await startPlatform(ending, databases);
    const { origin, people } = platform;
    const path = await createPrompt(origin, people.operator);
    const agentToken = await registerAgent(origin, people.operator);
    const answer = await call(origin, 'GET', path, { token: agentToken });
    const etag = answer.headers.get('etag');
    if (answer.status !== 200 || !etag) throw new Error(`GET ${path} was answered ${answer.status}, ETag ${etag}`);
    const content = { body: answer.body, etag };
    const bare = await startBareFastify(ending, { folder: databases.folder, ...content });
    const caller = await startCaller(ending);
    return { platform, bare, caller, path, agentToken, userToken: people.viewer, ...content };
  });
}

/** One row for some seconds. @throws Failure for any answer that is not as expected, and for requests that were not logged */
async function measure({ name, servers, log, load }, caller, seconds) {
  log?.clear();
  const before = await cpuOf(servers);
  const result = await caller.ask({ type: 'load', ...load, seconds, connections: CONNECTIONS });
  const cpuMs = (await cpuOf(servers)) - before;
  if (result.wrong > 0)
    throw new Failure(
      `${name}: ${result.wrong} of ${result.requests} answers were wrong, the first one: ${result.firstFault}`,
    );
  const logged = await log?.lines(result.requests);
  if (logged < result.requests)
    throw new Failure(`${name}: ${result.requests} requests, but ${logged} lines in the log`);
  return { ...result, cpuMicros: (cpuMs * 1_000) / result.requests, perCpuSecond: (result.requests * 1_000) / cpuMs };
}

async function cpuOf(servers) {
  const usages = await Promise.all(servers.map((server) => server.usage()));
  return usages.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

function verdict(rows, results, body) {
  const of = (name, figure) => results[name].map((round) => round[figure]);
  const ratiosOf = ({ name, against }) =>
    results[name].map((round, index) => round.perCpuSecond / results[against][index].perCpuSecond);
  const missed = [];
  const lines = rows.map((row) => {
    const { name, against, least } = row;
    const ratios = against ? ratiosOf(row) : undefined;
    if (ratios && median(ratios) < least) missed.push(`${name} at ${median(ratios).toFixed(2)} ×`);
    return [
      name,
      whole(median(of(name, 'perCpuSecond'))),
      ratios ? `${median(ratios).toFixed(2)} ×` : '1',
      spread(ratios ?? of(name, 'perCpuSecond')).toFixed(2),
      fixed(1)(median(of(name, 'cpuMicros'))),
      whole(median(of(name, 'perSecond'))),
      fixed(2)(median(of(name, 'p50'))),
      fixed(2)(median(of(name, 'p99'))),
    ];
  });
  printTable(
    ['GET a prompt', 'requests per CPU s', 'ratio', 'spread', 'CPU µs', 'requests per s', 'p50 ms', 'p99 ms'],
    lines,
  );
  const cores = canPin ? 'server on core 0, callers on core 1' : `${availableParallelism()} cores, not pinned`;
  const checked = whole(
    Object.values(results)
      .flat()
      .reduce((sum, { requests }) => sum + requests, 0),
  );
  console.log(
    `  Medians of ${Object.values(results)[0].length} interleaved rounds; ratio: median of the rounds' ratios to bare Fastify with the same status.`,
  );
  console.log(
    `  ${Buffer.byteLength(body)} bytes of JSON, ${CONNECTIONS} connections; ${cores}; Node ${process.version}; tracing off.`,
  );
  console.log(
    `  All ${checked} answers were compared byte for byte; all of the gateway's requests are in its log, and its CPU includes the registry's.\n`,
  );
  return missed.length > 0
    ? { fine: false, verdict: `below ${LEAST} × of bare Fastify: ${missed.join(', ')}` }
    : { fine: true, verdict: `every answer right, every read at ${LEAST} × of bare Fastify or better` };
}
