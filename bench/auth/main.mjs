// npm run bench -- auth: what it costs to know who asks and whether he may, beside the open /health in the same run.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { canPin } from '../harness/cores.mjs';
import { startDatabases } from '../harness/databases.mjs';
import { MeasuredProcess } from '../harness/measured-process.mjs';
import { readOptions } from '../harness/options.mjs';
import { runBenchmark } from '../harness/run.mjs';
import { median, spread } from '../harness/statistics.mjs';
import { fixed, printTable, whole } from '../harness/table.mjs';
import { call } from '../http/public-api.mjs';
import { startPlatform } from '../http/servers.mjs';
import { Failure } from '../../tools/setup/failure.mjs';
import { step } from '../../tools/setup/progress.mjs';
import { registerAgents, startIssuers, userHeaders } from './credentials.mjs';

const CALLER = fileURLToPath(new URL('caller.mjs', import.meta.url));
const CALLERS_CORE = 1;
const CONNECTIONS = 16;
const OPEN = '/health';
/** Guarded, and answered from the gateway's memory: what it costs beyond /health is who asks, and whether he may. */
const GUARDED = '/api/v1/prompts/by-location/bench';
/** Milliseconds a token that was verified is believed at most, and a little more. */
const FORGOTTEN_MS = 2_200;
const HEADER_SECRET = randomUUID();

await runBenchmark(async (ending) => {
  const { rounds, requests, tokens } = readOptions({ rounds: 9, requests: 2_000, tokens: 300 });
  const databases = await startDatabases(ending);
  const issuers = await startIssuers(ending);
  const platform = await step('start the gateway and the registry', () =>
    startPlatform(ending, databases, {
      ...issuers.settings,
      AGION_MODE: 'development', // keys of the issuer over http; nothing that is measured here differs
      GATEWAY_HEADER_SECRET: HEADER_SECRET,
      GATEWAY_FAILURE_LIMIT: '1000000',
    }),
  );
  const body = await createPrompt(platform);
  const agents = await step(`register ${tokens} agents`, () =>
    registerAgents(platform.origin, platform.people.operator, tokens),
  );
  const rows = rowsOf({ platform, issuers, agents, requests, tokens });
  await checkAnswers(platform, issuers, agents[0], body);
  const caller = new MeasuredProcess('the callers', CALLER, { environment: {}, core: CALLERS_CORE });
  ending.atEnd(() => caller.stop());
  await caller.message((message) => message.type === 'ready');
  const measureAll = async () => {
    const round = {};
    for (const row of rows) round[row.name] = await measure(row, { caller, platform, body });
    return round;
  };
  await step('warm up', measureAll);
  const results = await step(`${rounds} rounds of ${rows.length} rows`, async () => {
    const all = [];
    while (all.length < rounds) all.push(await measureAll());
    return all;
  });
  await checkAnswers(platform, issuers, agents[0], body);
  return verdict(rows, results);
});

async function createPrompt({ origin, people }) {
  const body = { id: 'bench', name: 'Bench', location: 'bench', content: 'State what you assume.' };
  const made = await call(origin, 'POST', '/api/v1/prompts', { token: people.operator, body });
  if (made.status !== 201) throw new Error(`the prompt was answered ${made.status}: ${made.body}`);
  return (await call(origin, 'GET', GUARDED, { token: people.viewer })).body;
}

/** What is measured. `headers` makes the requests of a round anew, as far as they have to be new. */
function rowsOf({ platform, issuers, agents, requests, tokens }) {
  const bearer = (token) => ({ Authorization: `Bearer ${token}` });
  const many = (make) => async () => Promise.all(Array.from({ length: tokens }, async () => bearer(await make())));
  let known;
  const one = (make) => async () => [bearer((known ??= await make()))];
  return [
    { name: 'GET /health, open', path: OPEN, count: requests, headers: () => [{}] },
    { name: 'agent token, known', count: requests, headers: () => [bearer(agents[0])] },
    { name: 'agent token, not known', count: tokens, headers: () => agents.map(bearer), forgotten: true },
    { name: 'user JWT, known', count: requests, headers: one(issuers.es256) },
    { name: 'user JWT, HS256, not known', count: tokens, headers: many(issuers.hs256) },
    { name: 'user JWT, ES256, not known', count: tokens, headers: many(issuers.es256) },
    { name: 'signed headers', count: requests, headers: () => [userHeaders(HEADER_SECRET, GUARDED)] },
  ].map((row) => ({ path: GUARDED, port: Number(new URL(platform.origin).port), ...row }));
}

/** One row. @throws Failure for any answer that is not as expected */
async function measure({ name, path, port, count, headers, forgotten }, { caller, platform, body }) {
  const requests = (await headers()).map((lines) => requestBytes(path, port, lines));
  if (forgotten) await sleep(FORGOTTEN_MS);
  const expected = path === OPEN ? {} : { body };
  platform.log.clear();
  await call(platform.origin, 'GET', GUARDED, { token: platform.people.viewer }); // in memory again, if it was not
  const before = await cpuOf(platform.servers);
  const result = await caller.ask({ type: 'load', port, requests, count, expected, connections: CONNECTIONS });
  const cpuMs = (await cpuOf(platform.servers)) - before;
  if (result.wrong > 0)
    throw new Failure(`${name}: ${result.wrong} of ${count} answers were wrong, the first one: ${result.firstFault}`);
  return { ...result, cpuMicros: (cpuMs * 1_000) / result.requests };
}

function requestBytes(path, port, headers) {
  const lines = Object.entries({ Host: `127.0.0.1:${port}`, Accept: 'application/json', ...headers });
  const text = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`GET ${path} HTTP/1.1\r\n${text}\r\n`).toString('base64');
}

async function cpuOf(servers) {
  const usages = await Promise.all(servers.map((server) => server.usage()));
  return usages.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

/** Everybody who is measured is let in, and nobody else. @throws AssertionError */
async function checkAnswers({ origin }, issuers, agentToken, body) {
  const get = (token, headers) => call(origin, 'GET', GUARDED, { token, headers });
  const es256 = await issuers.es256();
  for (const token of [agentToken, es256, await issuers.hs256()]) {
    const found = await get(token);
    assert.deepEqual([found.status, found.body], [200, body]);
  }
  const proven = userHeaders(HEADER_SECRET, GUARDED);
  assert.equal((await get(undefined, proven)).status, 200, 'signed headers');
  const strangers = [undefined, `${es256.slice(0, -4)}AAAA`, `${agentToken.slice(0, -9)}_00000000`];
  for (const token of strangers) assert.equal((await get(token)).status, 401, `${token} must be refused`);
  const spoofed = { ...proven, 'X-Supabase-User-Role': 'admin' };
  assert.equal((await get(undefined, spoofed)).status, 401, 'headers of another role must be refused');
}

function verdict(rows, rounds) {
  const of = (name, figure) => rounds.map((round) => round[name][figure]);
  const lines = rows.map(({ name }) => {
    const ratios = rounds.map((round) => round[name].cpuMicros / round[rows[0].name].cpuMicros);
    const cpu = median(of(name, 'cpuMicros'));
    const beyond = cpu - median(of(rows[0].name, 'cpuMicros'));
    const ratio = `${median(ratios).toFixed(2)} ×`;
    return [name, fixed(1)(cpu), fixed(1)(beyond), ratio, spread(ratios).toFixed(2), fixed(2)(median(of(name, 'p50')))];
  });
  printTable(['who asks', 'CPU µs', 'beyond /health', 'ratio', 'spread', 'p50 ms'], lines);
  const checked = rounds.flatMap((round) => Object.values(round)).reduce((sum, { requests }) => sum + requests, 0);
  console.log(`  CPU of gateway and registry for a request; medians of ${rounds.length} interleaved rounds.`);
  console.log(`  ratio: median of the rounds' ratios to the open /health. Guarded: GET ${GUARDED}, from memory.`);
  console.log('  not known: a token that is verified anew; an agent token is then asked of the registry.');
  const cores = canPin ? 'gateway on core 0, the others on core 1' : 'not pinned';
  console.log(`  ${CONNECTIONS} connections; ${cores}; Node ${process.version}; tracing off.\n`);
  return { fine: true, verdict: `all ${whole(checked)} answers right, strangers refused before and after` };
}
