import { claimedService } from '@agion/service-kit';
import { speaksFor, type Principal } from '@agion/wire';
import type { FalseClaim } from '../trust/forgery.js';
import type { ReadEvent } from './event-reader.js';

/**
 * In whose name an event speaks that its agent or container cannot speak for: another agent, or a service by its signature. Whom trust
 * events and feedback name is no such claim: everybody may speak of others, and `reporter` and `user_id` are kept as what they are.
 */
export function falseClaimOf({ kind, entry }: ReadEvent, caller: Principal): FalseClaim | null {
  if (caller.kind !== 'agent' && caller.kind !== 'container') return null;
  const service = claimedService(('sig' in entry && entry.sig) || '');
  if (service !== null) return { kind: 'service', id: service };
  const saysWhatItDid = kind !== 'trust' && kind !== 'feedback';
  return saysWhatItDid && !speaksFor(caller, entry.agent_id) ? { kind: 'agent', id: entry.agent_id } : null;
}
