import { entrySigner, type ServiceSettings, type StreamMessage } from '@agion/service-kit';
import { SERVICES } from '@agion/wire';
import type { NewViolation } from '../violations/violation.js';
import type { AgentFacts, KnownAgent } from './agent-facts.client.js';
import { sourceOfEntry } from './trust-source.js';
import type { TrustSource } from '@agion/wire';

/** An entry about an agent that is registered, and whose word it is. */
export interface Vouched<Entry> {
  message: StreamMessage<Entry>;
  agent: KnownAgent;
  source: TrustSource;
}

/** An entry that can never be taken in, and why. */
export interface Refused<Entry> {
  message: StreamMessage<Entry>;
  reason: string;
  /** It claims to be a service's, and is not. */
  forged: boolean;
}

/** Signatures of services begin with their name; agents sign with a key of their own, which proves no more than being themselves. */
const CLAIMS_SERVICE = new RegExp(`^(${SERVICES.join('|')})\\.`);

/**
 * Sorts the entries of a batch into those of known agents and those that can never be taken in: about an agent the registry does not
 * know, or with a service's signature that is none. In production an entry that nothing proves is not taken in at all.
 * @throws UnavailableError when the registry cannot be asked
 */
export async function vouched<Entry extends { agent_id: string; sig?: string }>(
  messages: readonly StreamMessage<Entry>[],
  facts: AgentFacts,
  { serviceKeys, mode }: Pick<ServiceSettings, 'serviceKeys' | 'mode'>,
): Promise<{ taken: Vouched<Entry>[]; refused: Refused<Entry>[] }> {
  const agents = await facts.ofEach(
    messages.map(({ organization, entry }) => ({ organization, agentId: entry.agent_id })),
  );
  const taken: Vouched<Entry>[] = [];
  const refused: Refused<Entry>[] = [];
  for (const [index, message] of messages.entries()) {
    const agent = agents[index];
    const { agent_id: agentId, sig } = message.entry;
    const claimed = sig !== undefined && CLAIMS_SERVICE.test(sig);
    const signer = claimed ? entrySigner(message.stream, message.fields, serviceKeys) : null;
    if (!agent)
      refused.push({
        message,
        reason: `organization \`${message.organization.slug}\` has no agent \`${agentId}\``,
        forged: false,
      });
    else if (claimed && !signer)
      refused.push({ message, reason: 'no known service has signed this entry for this stream', forged: true });
    else if (!signer && mode === 'production')
      refused.push({ message, reason: 'nothing proves who wrote this entry', forged: false });
    else taken.push({ message, agent, source: sourceOfEntry(signer) });
  }
  return { taken, refused };
}

/** What a forged entry is in the list of things somebody may have to look at. It says nothing about the agent it names. */
export const violationOf = <Entry extends { agent_id: string }>({ message }: Refused<Entry>): NewViolation => ({
  organizationId: message.organization.id,
  reference: `forged:${message.stream}:${message.id}`,
  kind: 'forged',
  agentId: message.entry.agent_id,
  severity: 'major',
  summary: `an entry of \`${message.stream}\` carries the signature of a service that has not made it`,
  details: { stream: message.stream, entry: message.id },
  decisionId: null,
  at: new Date(),
});
