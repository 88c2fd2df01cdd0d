import { rolloutBucket, type Principal } from '@agion/wire';

/** The slice of a rollout (0–99) a caller falls into: as the gateway says, else by the agent's id, so that it stays. */
export function bucketOf(header: string | string[] | undefined, caller: Principal): number {
  if (typeof header === 'string' && /^\d{1,2}$/.test(header)) return Number(header);
  return rolloutBucket(caller.agentId ?? caller.subject);
}
