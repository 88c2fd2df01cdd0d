// npm run bench -- ingest: events from a stream into Postgres beside the least such a thing takes, and beside Prisma's createMany.
import { startDatabases } from '../harness/databases.mjs';
import { readOptions } from '../harness/options.mjs';
import { runBenchmark } from '../harness/run.mjs';
import { median, spread } from '../harness/statistics.mjs';
import { fixed, printTable, whole } from '../harness/table.mjs';
import { Failure } from '../../tools/setup/failure.mjs';
import { step } from '../../tools/setup/progress.mjs';
import { startContenders } from './contenders.mjs';
import { Drained } from './drained.mjs';
import { makeEntries } from './events.mjs';
import { Kept } from './kept.mjs';

/** Of the bare reader's events per second, at least; and of Prisma's. */
const BOUNDS = { agion: 0.6, audited: 0.35 };
const TIMES_PRISMA = 5;
/** Memory after all events, of that after the first fifth, at most. */
const MEMORY_GROWTH = 1.15;
const NAMES = {
  bare: 'bare: one statement for a batch',
  agion: 'Agion: checked, row, bucket, score',
  audited: 'Agion: 1 in 100 critical, signed, with audit fact',
  prisma: 'Prisma createMany',
};

await runBenchmark(async (ending) => {
  const { rounds, events, memory } = readOptions({ rounds: 9, events: 20_000, memory: 0 });
  const databases = await startDatabases(ending);
  const scene = await step('start the readers', () => startContenders(ending, databases));
  const streams = Object.fromEntries(
    Object.entries(scene.contenders).map(([name, contender]) => [name, new Drained(ending, contender)]),
  );
  const kept = new Kept(ending, databases);
  const expected = { agion: 0, audited: 0, critical: 0, bare: 0, prisma: 0 };
  const feed = async (name, count) => {
    const signed =
      name === 'audited'
        ? (fields) =>
            scene.signed({
              ...fields,
              agent_id: scene.criticalAgents[fields.event_id.charCodeAt(35) % scene.criticalAgents.length],
            })
        : undefined;
    const { entries, distinct, critical } = makeEntries(count, scene.agents, signed);
    expected[name] += distinct;
    expected.critical += critical;
    return (entries.length * 1_000) / (await streams[name].run(entries));
  };
  await step('warm up', async () => {
    for (const name of Object.keys(streams)) for (let turn = 0; turn < 2; turn++) await feed(name, 5_000);
  });
  const rates = { bare: [], agion: [], audited: [], prisma: [] };
  await step(`${rounds} rounds of ${Object.keys(streams).length} times ${whole(events)} events`, async () => {
    for (let round = 0; round < rounds; round++)
      for (const name of Object.keys(streams))
        rates[name].push(await feed(name, name === 'prisma' ? events / 4 : events));
  });
  const growth =
    memory === 0
      ? undefined
      : await memoryGrowth(scene.contenders.agion.process, memory, (count) => feed('agion', count));
  await kept.verify(expected);
  for (const [name, stream] of Object.entries(streams))
    if ((await stream.deadLetters()) > 0) throw new Failure(`${name}: events went to the dead letters`);
  return verdict(rates, growth, events);
});

/** Memory at the end of so many events, of that after the first fifth of them. */
async function memoryGrowth(process, total, feed) {
  const part = total / 20;
  const samples = [];
  await step(`${whole(total)} events for the memory`, async () => {
    for (let turn = 0; turn < 20; turn++) {
      await feed(part);
      samples.push((await process.usage()).rssMb);
    }
  });
  const early = median(samples.slice(2, 6));
  const late = median(samples.slice(-4));
  console.log(`  memory of governance: ${fixed(0)(early)} MB after a fifth, ${fixed(0)(late)} MB at the end`);
  return late / early;
}

function verdict(rates, growth, events) {
  const missed = [];
  const ratios = (name, to) => rates[name].map((rate, round) => rate / rates[to][round]);
  const lines = Object.entries(NAMES).map(([name, text]) => {
    const ratio = median(ratios(name, 'bare'));
    const bound = BOUNDS[name];
    if (bound && ratio < bound) missed.push(`${text}: ${ratio.toFixed(2)} × the bare reader, at least ${bound} ×`);
    return [text, whole(median(rates[name])), `${ratio.toFixed(2)} ×`, spread(ratios(name, 'bare')).toFixed(2)];
  });
  const prisma = median(ratios('agion', 'prisma'));
  if (prisma < TIMES_PRISMA) missed.push(`${prisma.toFixed(1)} × Prisma's createMany, at least ${TIMES_PRISMA} ×`);
  if (growth > MEMORY_GROWTH) missed.push(`memory grew to ${growth.toFixed(2)} ×, at most ${MEMORY_GROWTH} ×`);
  printTable(['stream to Postgres', 'events per s', 'ratio', 'spread'], lines);
  console.log(
    `  Medians of ${rates.bare.length} interleaved rounds of ${whole(events)} events (a quarter of them for Prisma), one in twenty told`,
  );
  console.log(
    '  twice; from the first entry that may be read to the last acknowledgement. Everything is there, and once.\n',
  );
  return missed.length > 0
    ? { fine: false, verdict: missed.join('; ') }
    : {
        fine: true,
        verdict: `each event once; ${BOUNDS.agion} × the bare reader or better, ${BOUNDS.audited} × with the audit trail, ${TIMES_PRISMA} × Prisma or better`,
      };
}
