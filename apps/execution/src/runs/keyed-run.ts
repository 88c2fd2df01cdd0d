import { ownerOf, type Principal } from '@agion/wire';
import { v5 as uuidv5 } from 'uuid';

/** Namespace (RFC 9562, 6.6) of the ids that follow from an Idempotency-Key. Never to change: keys would lead to second runs. */
const KEYED_RUNS = '5d0c9a5e-3f1b-4b8e-9f57-6a1f0f9d7c21';

/** The ids a caller's Idempotency-Key stands for: the same key finds the same run, another caller's never does. */
export function idsOfKey(caller: Principal, key: string): { runId: string; threadId: string } {
  const runId = uuidv5(`${caller.organization.id} ${ownerOf(caller)} ${key}`, KEYED_RUNS);
  return { runId, threadId: uuidv5('thread', runId) };
}
