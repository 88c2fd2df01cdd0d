// npm run bench -- policy: our whole decision beside nothing but the conditions, and beside what others use.
import { fileURLToPath } from 'node:url';
import { MeasuredProcess } from '../harness/measured-process.mjs';
import { readOptions } from '../harness/options.mjs';
import { runBenchmark } from '../harness/run.mjs';
import { median, spread } from '../harness/statistics.mjs';
import { printTable } from '../harness/table.mjs';
import { step } from '../../tools/setup/progress.mjs';
import { ENGINES } from './engines.mjs';
import { installPeers } from './peers.mjs';

const SIZES = [10, 100, 1_000, 10_000];
const OURS = 'agion';
const BARE = 'bare cel-js';

/** Of the bare conditions, at most. */
const MOST_CPU = 3;
const MOST_P99 = 4;
/** Growth of our CPU from 100 to 10,000 policies, at most. */
const MOST_GROWTH = 10;

/** Of compiling the bare conditions, at most; and milliseconds for one policy of them all that has changed. */
const MOST_COMPILE = 3;
const MOST_ONE_MS = 5;

/** Rounds that only warm up, at first. */
const WARM_UP = 2;

const COMPILER = fileURLToPath(new URL('compile.mjs', import.meta.url));
const CONTENDER = fileURLToPath(new URL('contender.mjs', import.meta.url));

await runBenchmark(async (ending) => {
  const { rounds, ms } = readOptions({ rounds: 9, ms: 120 });
  await step('the engines to compare with', async () => installPeers());
  const results = [];
  for (const size of SIZES)
    results.push(...(await step(`${size} policies, ${rounds} rounds`, () => measure(ending, size, rounds, ms))));
  const compiled = await step(`compile ${SIZES.at(-1)} policies, ${rounds} rounds`, () =>
    compile(ending, SIZES.at(-1), rounds),
  );
  print(results, rounds);
  printCompiled(compiled);
  return verdict(results, compiled);
});

/** All policies anew, one that has changed, and nothing but the conditions, in turns. */
async function compile(ending, size, rounds) {
  const environment = { COMPILE_SIZE: String(size) };
  const started = new MeasuredProcess('the compiler', COMPILER, { environment });
  ending.atEnd(() => started.stop());
  await started.message(({ type }) => type === 'ready');
  const times = { size };
  for (let round = -WARM_UP; round < rounds; round++) {
    const measured = await started.ask({ type: 'compile' });
    const figures = Object.keys(measured).filter((name) => name.endsWith('Ms'));
    if (round >= 0) for (const name of figures) (times[name] ??= []).push(measured[name]);
  }
  await started.stop();
  return times;
}

function printCompiled({ size, ...of }) {
  const row = (title, name) => {
    const [ms, cpuMs] = [of[`${name}Ms`], of[`${name}CpuMs`]];
    const ratios = name === 'one' ? ['-', '-'] : [ratioText(ms, of.bareMs), ratioText(cpuMs, of.bareCpuMs)];
    return [title, median(ms).toFixed(1), ratios[0], spread(ms).toFixed(2), median(cpuMs).toFixed(1), ratios[1]];
  };
  printTable(
    [`compile ${size} policies`, 'ms', 'ratio', 'spread', 'CPU ms', 'ratio'],
    [row(BARE, 'bare'), row('agion, all of them', 'whole'), row('agion, one that has changed', 'one')],
  );
  console.log(
    '  Bare: the same conditions, parsed and checked. CPU: of all threads, those that collect garbage among them.\n',
  );
}

function ratioText(values, base) {
  return times(median(values.map((value, round) => value / base[round])));
}

/** Every engine in a process of its own, one after the other in each round. */
async function measure(ending, size, rounds, ms) {
  const contenders = Object.keys(ENGINES).map((name) => ({ name, size, cpuNs: [], p99Ns: [] }));
  for (const contender of contenders) {
    const environment = { CONTENDER_ENGINE: contender.name, CONTENDER_SIZE: String(size) };
    contender.process = new MeasuredProcess(`${contender.name}, ${size} policies`, CONTENDER, { environment });
    ending.atEnd(() => contender.process.stop());
    await contender.process.message(({ type }) => type === 'ready');
    Object.assign(contender, await contender.process.ask({ type: 'check' }));
  }
  for (let round = -WARM_UP; round < rounds; round++)
    for (const contender of contenders) {
      const { cpuNs, p99Ns } = await contender.process.ask({ type: 'round', ms });
      if (round < 0) continue;
      contender.cpuNs.push(cpuNs);
      contender.p99Ns.push(p99Ns);
    }
  for (const contender of contenders) await contender.process.stop();
  return contenders;
}

function print(results, rounds) {
  for (const size of SIZES) {
    const bare = find(results, BARE, size);
    const rows = results
      .filter((result) => result.size === size)
      .map((result) => [
        result.name,
        micros(median(result.cpuNs)),
        times(ratioTo(bare, result, 'cpuNs')),
        spread(result.cpuNs).toFixed(2),
        micros(median(result.p99Ns)),
        times(ratioTo(bare, result, 'p99Ns')),
        result.compileMs.toFixed(0),
        `${result.wrong} of ${result.checked}`,
      ]);
    printTable([`${size} policies`, 'CPU µs', 'ratio', 'spread', 'p99 µs', 'ratio', 'ready ms', 'wrong'], rows);
  }
  console.log(
    `  Per decision. Medians of ${rounds} interleaved rounds; ratio: median of the rounds' ratios to \`${BARE}\`, which has`,
  );
  console.log(
    '  an index of the same kind and evaluates conditions until one is true; ours evaluates all in scope and says which and why.',
  );
  console.log('  The long way: the same conditions, written so that no shortcut answers them; no limit is set for it.');
  console.log(
    '  cedar-wasm, casbin and json-rules-engine get all policies, as their documentation shows; casbin names no policy.\n',
  );
}

function micros(ns) {
  return (ns / 1_000).toFixed(ns < 10_000 ? 2 : 0);
}

function times(ratio) {
  return `${ratio < 10 ? ratio.toFixed(2) : Math.round(ratio)} ×`;
}

function find(results, name, size) {
  return results.find((result) => result.name === name && result.size === size);
}

function ratioTo(base, result, figure) {
  return median(result[figure].map((value, round) => value / base[figure][round]));
}

function verdict(results, { wholeMs, oneMs, bareMs, size: compiledSize }) {
  const misses = [];
  for (const { name, size, wrong } of results) if (wrong > 0) misses.push(`${name} answers wrong at ${size} policies`);
  for (const size of SIZES) {
    const ours = find(results, OURS, size);
    const bare = find(results, BARE, size);
    const cpu = ratioTo(bare, ours, 'cpuNs');
    const p99 = ratioTo(bare, ours, 'p99Ns');
    if (cpu > MOST_CPU)
      misses.push(`${times(cpu)} the CPU of the bare conditions at ${size} policies, more than ${MOST_CPU} ×`);
    if (p99 > MOST_P99) misses.push(`${times(p99)} their p99 at ${size} policies, more than ${MOST_P99} ×`);
    for (const name of Object.keys(ENGINES).filter((one) => ENGINES[one].isPeer))
      if (median(find(results, name, size).cpuNs) <= median(ours.cpuNs))
        misses.push(`${name} is ahead at ${size} policies`);
  }
  // The quietest rounds: what else the machine does only ever adds.
  const cpuAt = (size) => Math.min(...find(results, OURS, size).cpuNs);
  const growth = cpuAt(10_000) / cpuAt(100);
  if (growth > MOST_GROWTH)
    misses.push(`CPU grows ${times(growth)} from 100 to 10,000 policies, more than ${MOST_GROWTH} ×`);
  const compiling = median(wholeMs.map((value, round) => value / bareMs[round]));
  if (compiling > MOST_COMPILE)
    misses.push(
      `compiling ${compiledSize} policies takes ${times(compiling)} the bare conditions, more than ${MOST_COMPILE} ×`,
    );
  if (median(oneMs) > MOST_ONE_MS)
    misses.push(`one changed policy takes ${median(oneMs).toFixed(1)} ms, more than ${MOST_ONE_MS} ms`);
  if (misses.length > 0) return { fine: false, verdict: misses.join('; ') };
  const worst = (figure) =>
    Math.max(...SIZES.map((size) => ratioTo(find(results, BARE, size), find(results, OURS, size), figure)));
  return {
    fine: true,
    verdict:
      `a whole decision takes ${times(worst('cpuNs'))} the CPU of the bare conditions at most (allowed ${MOST_CPU} ×), p99 ` +
      `${times(worst('p99Ns'))} (allowed ${MOST_P99} ×), and is ahead of the others at every size`,
  };
}
