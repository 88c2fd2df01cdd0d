// npm run bench -- coldstart: from process start to five healthy services, beside a plain Nest service with Prisma and ioredis.
import { startDatabases } from '../harness/databases.mjs';
import { readOptions } from '../harness/options.mjs';
import { runBenchmark } from '../harness/run.mjs';
import { median, spread } from '../harness/statistics.mjs';
import { printTable, whole } from '../harness/table.mjs';
import { step } from '../../tools/setup/progress.mjs';
import { startBaseline, startPlatform } from './starts.mjs';

/** Time of ours, at most, as a multiple of the baseline's. */
const MOST = 5;

await runBenchmark(async (ending) => {
  const { rounds } = readOptions({ rounds: 9 });
  const databases = await startDatabases(ending);
  const pair = async () => ({ baseline: await startBaseline(ending), ours: await startPlatform(ending, databases) });
  await step('start each once, so that files are in memory', pair);
  const results = await step(`${rounds} rounds`, async () => {
    const all = [];
    for (let round = 0; round < rounds; round++) all.push(await pair());
    return all;
  });
  const split = await step('five processes once, for their memory', () =>
    startPlatform(ending, databases, { split: true }),
  );
  return verdict(results, split);
});

function verdict(results, split) {
  const ratios = results.map(({ baseline, ours }) => ours.ms / baseline.ms);
  const line = (name, starts, ratio) => {
    const of = (figure) => starts.map((start) => start[figure]);
    const lie = starts.length > 1 ? spread(of('ms')).toFixed(2) : '-';
    return [name, whole(median(of('ms'))), ratio, lie, whole(median(of('cpuMs'))), whole(median(of('rssMb')))];
  };
  const ratio = median(ratios);
  printTable(
    ['from process start', 'ms', 'ratio', 'spread', 'CPU ms', 'memory MB'],
    [
      line(
        'Nest, 10 modules, Prisma, ioredis: first answer',
        results.map(({ baseline }) => baseline),
        '1',
      ),
      line(
        'Agion, one process: five services healthy',
        results.map(({ ours }) => ours),
        `${ratio.toFixed(2)} ×`,
      ),
      line('Agion, five processes (once, together)', [split], '-'),
    ],
  );
  console.log(
    `  Medians of ${results.length} interleaved rounds; ratio: median of the rounds' ratios of time. Memory: resident, of all processes.`,
  );
  console.log(`  Databases up and migrated; production settings, tracing off; Node ${process.version}.\n`);
  return ratio > MOST
    ? { fine: false, verdict: `five services take ${ratio.toFixed(2)} × the time of the baseline, more than ${MOST} ×` }
    : {
        fine: true,
        verdict: `five services healthy in ${ratio.toFixed(2)} × the time of the baseline (at most ${MOST} ×)`,
      };
}
