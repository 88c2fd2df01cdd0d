// npm run bench -- decisions: from one request in flight to many, all of one container.
import { startDatabases } from '../harness/databases.mjs';
import { readOptions } from '../harness/options.mjs';
import { runBenchmark } from '../harness/run.mjs';
import { median, spread } from '../harness/statistics.mjs';
import { fixed, printTable, whole } from '../harness/table.mjs';
import { Failure } from '../../tools/setup/failure.mjs';
import { step } from '../../tools/setup/progress.mjs';
import { Consumption } from './consumed.mjs';
import { measure, NAMES } from './measure.mjs';
import { startAsker, startResponders } from './servers.mjs';

/** Requests in flight. */
const LOADS = [1, 64, 256];
/**
 * Of the bare responder's: decisions per second at least, CPU of all processes per decision at most. With the ledger, the databases
 * share the cores with everything else: at the CPU that is allowed there, no more than so many decisions are possible.
 */
const BOUNDS = {
  unwritten: { throughput: 0.6, cpu: 1.7 },
  whole: { throughput: 1 / 2.5, cpu: 2.5 },
};
const CONTAINER = { containers: ['bench'], agents: 8 };

await runBenchmark(async (ending) => {
  const { rounds, seconds } = readOptions({ rounds: 9, seconds: 1 });
  const databases = await startDatabases(ending);
  const responders = await step('start the responders', () => startResponders(ending, databases, CONTAINER));
  const asker = await startAsker(ending);
  const consumption = new Consumption(ending, databases);
  const measureOne = (name, inFlight, time) =>
    measure({ name, ...responders[name] }, { asker, consumption }, { ...CONTAINER, inFlight, seconds: time });
  await step('warm up', async () => {
    for (const inFlight of LOADS) for (const name of Object.keys(responders)) await measureOne(name, inFlight, 2);
  });
  const results = {};
  const asked = { whole: await consumption.ledgerRows() };
  await step(`${rounds} rounds of ${LOADS.length * 3} times ${seconds} s`, async () => {
    for (let round = 0; round < rounds; round++)
      for (const inFlight of LOADS)
        for (const name of Object.keys(responders)) {
          const result = await measureOne(name, inFlight, seconds);
          ((results[inFlight] ??= {})[name] ??= []).push(result);
          if (name === 'whole') asked.whole += result.decisions;
        }
  });
  const rows = await consumption.ledgerRows();
  if (rows !== asked.whole) throw new Failure(`the ledger has ${rows} rows for ${asked.whole} decisions`);
  return verdict(results, rows);
});

function verdict(results, rows) {
  const missed = [];
  const check = (fine, text) => fine || missed.push(text);
  const lines = [];
  for (const inFlight of LOADS) {
    const of = (name, figure) => results[inFlight][name].map((round) => round[figure]);
    const ratios = (name, figure) => of(name, figure).map((value, round) => value / of('bare', figure)[round]);
    for (const name of Object.keys(NAMES)) {
      const [cpu, rate] = [median(ratios(name, 'cpu')), median(ratios(name, 'perSecond'))];
      const what = `${NAMES[name]} at ${inFlight}`;
      const bounds = BOUNDS[name];
      if (bounds) {
        check(
          rate >= bounds.throughput,
          `${what}: ${rate.toFixed(2)} × the throughput, at least ${bounds.throughput} ×`,
        );
        check(cpu <= bounds.cpu, `${what}: ${cpu.toFixed(2)} × the CPU, at most ${bounds.cpu} ×`);
      }
      const part = (figure) => fixed(1)(median(of(name, figure)));
      lines.push([
        `${inFlight} in flight: ${NAMES[name]}`,
        whole(median(of(name, 'perSecond'))),
        `${rate.toFixed(2)} ×`,
        fixed(2)(median(of(name, 'p50'))),
        fixed(2)(median(of(name, 'p99'))),
        part('cpu'),
        `${cpu.toFixed(2)} ×`,
        spread(ratios(name, 'cpu')).toFixed(2),
        part('asker'),
        part('responder'),
        part('redis'),
        name === 'whole' ? part('postgres') : '-',
      ]);
    }
  }
  printTable(
    [
      'a decision over streams',
      'per s',
      'ratio',
      'p50 ms',
      'p99 ms',
      'CPU µs',
      'ratio',
      'spread',
      'agents',
      'responder',
      'Redis',
      'Postgres',
    ],
    lines,
  );
  console.log(
    `  Medians of ${results[LOADS[0]].bare.length} interleaved rounds; ratios: medians of the rounds' ratios to the bare responder.`,
  );
  console.log(
    '  CPU µs: all processes together, per decision, until the last request was acknowledged. Up to the reply: the ledger is left out.',
  );
  console.log(
    `  All answers were compared with what they had to be; one in a hundred was a denial. All ${whole(rows)} decisions are in the ledger.\n`,
  );
  return missed.length > 0
    ? { fine: false, verdict: missed.join('; ') }
    : {
        fine: true,
        verdict: `every answer right; up to the reply ${BOUNDS.unwritten.throughput} × the throughput of the bare responder or better at ${BOUNDS.unwritten.cpu} × the CPU or less; with the ledger ${BOUNDS.whole.throughput} × and ${BOUNDS.whole.cpu} ×`,
      };
}
