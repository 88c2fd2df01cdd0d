// Loaded with `node --import` into every process that is measured, ours and the baselines alike: tells on request what the process has
// used of the machine since it began, all its threads together.
process.on('message', (message) => {
  if (message?.type === 'kept') {
    globalThis.gc(); // of what the first one lets go of, the second one takes the rest
    globalThis.gc();
    const { heapUsed, external } = process.memoryUsage();
    process.send({ type: 'kept', keptMb: (heapUsed + external) / 1_048_576 });
  }
  if (message?.type !== 'usage') return;
  const { user, system } = process.cpuUsage();
  process.send({ type: 'usage', cpuMs: (user + system) / 1_000, rssMb: process.memoryUsage.rss() / 1_048_576 });
});
process.on('disconnect', () => setTimeout(() => process.exit(), 5_000).unref());
