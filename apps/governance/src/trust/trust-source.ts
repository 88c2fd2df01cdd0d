import type { Proof } from '@agion/service-kit';
import { speaksFor, type Principal } from '@agion/wire';
import type { TrustSource } from '@agion/wire';

const SAYS_ONLY_ITSELF: ReadonlySet<Proof> = new Set(['nobody', 'agent', 'governance', 'forged']);

/**
 * An entry's source follows from who signed it: without a service's signature it is the agent's own word, whatever its fields say.
 * Governance itself has seen nothing: it signs what agents have told it over HTTP (`POST /events`).
 */
export const sourceOfEntry = (proof: Proof): TrustSource => (SAYS_ONLY_ITSELF.has(proof) ? 'self' : 'platform');

/** What a caller's word about an agent is, its identity proven by the gateway. */
export function sourceOfCaller(caller: Principal, agentId: string): TrustSource {
  if (speaksFor(caller, agentId)) return 'self';
  if (caller.kind === 'user') return 'person';
  if (caller.kind === 'service') return 'platform';
  return caller.kind === 'anonymous' ? 'self' : 'peer';
}
