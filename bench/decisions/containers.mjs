// npm run bench -- decisions --containers: the same number of requests in flight, from more and more containers, each of which has a
// reply stream and a connection of its own.
import { startDatabases } from '../harness/databases.mjs';
import { readOptions } from '../harness/options.mjs';
import { runBenchmark } from '../harness/run.mjs';
import { median } from '../harness/statistics.mjs';
import { fixed, printTable, whole } from '../harness/table.mjs';
import { step } from '../../tools/setup/progress.mjs';
import { Consumption } from './consumed.mjs';
import { measure, NAMES } from './measure.mjs';
import { startAsker, startResponders } from './servers.mjs';

const COUNTS = [1, 4, 16, 64];
const [FEWEST, MOST] = [COUNTS[0], COUNTS.at(-1)];
/** Requests of all containers together. */
const IN_FLIGHT = 256;
/** Each container has one. */
const AGENTS = 1;
/** What is left of the rate with the most containers, beside what is left of the bare responder's, at least. */
const LEAST_RATE = 0.85;
/** What Redis sends for one decision with the most containers, beside what it sends for one of the bare responder's, at most. */
const MOST_EGRESS = 1.2;
const CONTAINERS = Array.from({ length: MOST }, (_, number) => `bench-${number}`);

await runBenchmark(async (ending) => {
  const { rounds, seconds } = readOptions({ rounds: 9, seconds: 1 });
  const databases = await startDatabases(ending);
  const responders = await step('start the responders', () =>
    startResponders(ending, databases, { containers: CONTAINERS, agents: AGENTS }),
  );
  const asker = await startAsker(ending);
  const consumption = new Consumption(ending, databases);
  const measureOne = (name, count) => {
    const load = { containers: CONTAINERS.slice(0, count), agents: AGENTS, inFlight: IN_FLIGHT, seconds };
    return measure({ name, ...responders[name] }, { asker, consumption }, load);
  };
  await step('warm up', async () => {
    for (const count of [MOST, FEWEST]) for (const name of Object.keys(responders)) await measureOne(name, count);
  });
  const results = new Map(
    COUNTS.map((count) => [count, Object.fromEntries(Object.keys(NAMES).map((name) => [name, []]))]),
  );
  await step(`${rounds} rounds of ${COUNTS.length * 3} times ${seconds} s`, async () => {
    for (let round = 0; round < rounds; round++)
      for (const count of COUNTS)
        for (const name of Object.keys(responders)) results.get(count)[name].push(await measureOne(name, count));
  });
  return verdict(results, rounds);
});

function verdict(results, rounds) {
  const of = (name, count, figure) => results.get(count)[name].map((round) => round[figure]);
  /** By round: with so many containers, beside with the fewest. */
  const growth = (name, count, figure) =>
    of(name, count, figure).map((value, round) => value / of(name, FEWEST, figure)[round]);
  const ratio = (values, bases) => median(values.map((value, round) => value / bases[round]));
  const kept = (name, count) => ratio(growth(name, count, 'perSecond'), growth('bare', count, 'perSecond'));
  printTable(
    ['containers', 'per s', 'of 1', 'to bare', 'p50 ms', 'p99 ms', 'CPU µs', 'agents', 'responder', 'Redis', 'egress B', 'of 1', 'to bare'],
    COUNTS.flatMap((count) =>
      Object.keys(NAMES).map((name) => {
        const part = (figure) => fixed(1)(median(of(name, count, figure)));
        return [
          `${count}: ${NAMES[name]}`,
          whole(median(of(name, count, 'perSecond'))),
          times(median(growth(name, count, 'perSecond'))),
          times(kept(name, count)),
          fixed(2)(median(of(name, count, 'p50'))),
          fixed(2)(median(of(name, count, 'p99'))),
          ...['cpu', 'asker', 'responder', 'redis'].map(part),
          whole(median(of(name, count, 'egress'))),
          times(median(growth(name, count, 'egress'))),
          times(ratio(of(name, count, 'egress'), of('bare', count, 'egress'))),
        ];
      }),
    ),
  ); // prettier-ignore
  console.log(
    `  ${IN_FLIGHT} requests in flight in all. Medians of ${rounds} interleaved rounds; of 1: beside 1 container in the same round.`,
  );
  console.log(
    '  To bare, of the rate: what is left of it, beside what is left of the bare responder’s; of the egress: beside the bare responder’s.',
  );
  console.log(
    '  Egress: all that Redis sends for one decision, to agents and responders, until the last request was acknowledged.\n',
  );
  const found = ['unwritten', 'whole'].map((name) => ({
    name: NAMES[name],
    rate: kept(name, MOST),
    egress: ratio(of(name, MOST, 'egress'), of('bare', MOST, 'egress')),
  }));
  const said = found.map(
    ({ name, rate, egress }) =>
      `${name}: with ${MOST} containers ${times(rate)} what the bare responder keeps of its rate (at least ${LEAST_RATE} ×), ${times(egress)} its egress (at most ${MOST_EGRESS} ×)`,
  );
  return {
    fine: found.every(({ rate, egress }) => rate >= LEAST_RATE && egress <= MOST_EGRESS),
    verdict: said.join('; '),
  };
}

function times(value) {
  return `${value.toFixed(2)} ×`;
}
