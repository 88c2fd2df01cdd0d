import { Failure } from '../../tools/setup/failure.mjs';
import { usedBetween } from './consumed.mjs';

/** The Redis database of each responder, so that none takes another's requests. */
export const NUMBERS = { whole: 1, unwritten: 2, bare: 3 };
export const NAMES = { bare: 'bare', unwritten: 'Agion, up to the reply', whole: 'Agion, with the ledger' };

/**
 * Some seconds of one responder, and all the work that is left of them.
 * @param responder `{name, url, process}`
 * @param load `{containers, agents, inFlight, seconds}`: names of containers, agents of each, requests in flight of all together
 * @returns what the asker tells; and per decision, CPU in microseconds by process and `egress`, the bytes that Redis sent
 */
export async function measure({ name, url, process }, { asker, consumption }, load) {
  const before = await usageOf(process, asker, consumption);
  const result = await asker.ask({ type: 'load', url, ...load });
  if (result.error) throw new Failure(`${name}: ${result.error}`);
  if (result.wrong > 0)
    throw new Failure(`${name}: ${result.wrong} answers were wrong, the first one: ${result.firstFault}`);
  await consumption.settled(NUMBERS[name], load.containers);
  const after = await usageOf(process, asker, consumption);
  const perDecision = (part) => (after[part] - before[part]) / result.decisions;
  const micros = (part) => perDecision(part) * 1_000;
  const parts = { asker: micros('asker'), responder: micros('responder'), redis: micros('redis') };
  const backends = before.postgres && after.postgres ? usedBetween(before.postgres, after.postgres) : 0;
  const postgres = (backends * 1_000) / result.decisions;
  const toReply = parts.asker + parts.responder + parts.redis;
  const cpu = name === 'whole' ? toReply + postgres : toReply;
  return { ...result, ...parts, postgres, cpu, egress: perDecision('egress') };
}

async function usageOf(process, asker, consumption) {
  const [{ cpuMs: responder }, { cpuMs: asking }] = [await process.usage(), await asker.usage()];
  const [redis, egress] = [await consumption.redisMs(), await consumption.egress()];
  return { responder, asker: asking, redis, egress, postgres: await consumption.postgresMs() };
}
