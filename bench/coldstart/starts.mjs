import { fileURLToPath } from 'node:url';
import { MeasuredProcess } from '../harness/measured-process.mjs';
import { platformSettings } from '../harness/platform-settings.mjs';
import { inCheckout } from '../../tools/setup/checkout.mjs';
import { freePort } from '../../tools/launcher/ports.mjs';

const BASELINE = fileURLToPath(new URL('../baselines/nest-prisma-ioredis.mjs', import.meta.url));
const ANSWER_WITHIN = 5_000;

/** Starts the baseline and stops it again. @returns `{ms, cpuMs, rssMb}` of its first answer */
export async function startBaseline(ending) {
  const port = await freePort();
  return timed(
    ending,
    [{ name: 'the baseline', file: BASELINE, environment: { PORT: String(port) } }],
    async ([server]) => {
      await server.message(({ type }) => type === 'ready');
      await answerOf(`http://127.0.0.1:${port}/feature-3`);
    },
  );
}

/**
 * Starts the platform and stops it again.
 * @param split a process for each service instead of one for all
 * @returns `{ms, cpuMs, rssMb}` when all five services are healthy
 */
export async function startPlatform(ending, databases, { split = false } = {}) {
  const { urls, processes } = await platformSettings(databases, { split });
  const plans = processes.map((one) => ({ ...one, file: inCheckout('apps', one.name, 'dist', 'main.js') }));
  return timed(ending, plans, async (servers) => {
    const ready = plans.flatMap(({ services }, index) =>
      services.map((service) => servers[index].message((message) => message.service === service)),
    );
    await Promise.all(ready);
    await Promise.all(Object.entries(urls).map(([service, origin]) => assertHealthy(service, origin)));
  });
}

/** Starts processes, waits for `up`, and stops them. Memory and CPU are those of the moment it was reached, of all together. */
async function timed(ending, plans, up) {
  const startedAt = performance.now();
  const servers = plans.map(({ name, file, environment }) => new MeasuredProcess(name, file, { environment }));
  for (const server of servers) ending.atEnd(() => server.stop());
  await up(servers);
  const ms = performance.now() - startedAt;
  const usages = await Promise.all(servers.map((server) => server.usage()));
  for (const server of servers.toReversed()) await server.stop();
  const sum = (figure) => usages.reduce((total, usage) => total + usage[figure], 0);
  return { ms, cpuMs: sum('cpuMs'), rssMb: sum('rssMb') };
}

/** The gateway also says how the others are. */
async function assertHealthy(service, origin) {
  const health = JSON.parse(await answerOf(`${origin}/health`));
  const states = [health.status, ...Object.values(health.services ?? {})];
  if (health.service !== service || states.some((state) => state !== 'healthy'))
    throw new Error(`${service} is not healthy: ${JSON.stringify(health)}`);
}

async function answerOf(url) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN) });
  const body = await answer.text();
  if (answer.status !== 200) throw new Error(`GET ${url} was answered ${answer.status}: ${body}`);
  return body;
}
