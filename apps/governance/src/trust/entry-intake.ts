import {
  type AgentFacts,
  type EntryProofs,
  eventTime,
  faultIn,
  type KnownAgent,
  type Proof,
  type ServiceSettings,
  type StreamMessage,
} from '@agion/service-kit';
import type { NewViolation } from '../violations/violation.js';
import { placeOf, type Forgery } from './forgery.js';
import { sourceOfEntry } from './trust-source.js';
import type { TrustSource } from '@agion/wire';

/** An entry about an agent that is registered, and whose word it is. */
export interface Vouched<Entry> {
  message: StreamMessage<Entry>;
  agent: KnownAgent;
  source: TrustSource;
  proof: Proof;
}

/** An entry that can never be taken in, and why. */
export interface Refused<Entry> {
  message: StreamMessage<Entry>;
  reason: string;
  /** It claims to be somebody's who has not made it. */
  forged: boolean;
}

/** What entries are looked at by. */
export interface Intake {
  facts: AgentFacts;
  proofs: EntryProofs;
  settings: Pick<ServiceSettings, 'mode'>;
}

/**
 * Sorts the entries of a batch into those of known agents and those that can never be taken in: about an agent the registry does not
 * know, or with a signature that is not what it claims to be. In production an entry that nothing proves is not taken in at all.
 * @throws UnavailableError when the registry cannot be asked
 */
export async function vouched<Entry extends { agent_id: string }>(
  messages: readonly StreamMessage<Entry>[],
  { facts, proofs, settings: { mode } }: Intake,
): Promise<{ taken: Vouched<Entry>[]; refused: Refused<Entry>[] }> {
  const agents = await facts.ofEach(
    messages.map(({ organization, entry }) => ({ organization, agentId: entry.agent_id })),
  );
  const given = await proofs.ofEach(messages);
  const taken: Vouched<Entry>[] = [];
  const refused: Refused<Entry>[] = [];
  for (const [index, message] of messages.entries()) {
    const agent = agents[index];
    const { agent_id: agentId } = message.entry;
    const proof = given[index] ?? 'nobody';
    const fault = faultIn(proof, mode);
    if (!agent)
      refused.push({
        message,
        reason: `organization \`${message.organization.slug}\` has no agent \`${agentId}\``,
        forged: false,
      });
    else if (fault !== null) refused.push({ message, reason: fault, forged: proof === 'forged' });
    else taken.push({ message, agent, source: sourceOfEntry(proof), proof });
  }
  return { taken, refused };
}

/** The forged ones among entries that are looked at elsewhere. */
export const forgedAmong = <Entry>(
  messages: readonly StreamMessage<Entry>[],
  proofs: readonly Proof[],
): Refused<Entry>[] =>
  messages.flatMap((message, index) =>
    proofs[index] === 'forged' ? [{ message, reason: 'forged', forged: true }] : [],
  );

/** What is held against an agent that has signed an entry in another's name: the same entry is the same forgery. */
export const forgeryBy = <Entry extends { agent_id: string }>(
  signer: KnownAgent,
  { organization, entry, stream, fields, id }: StreamMessage<Entry>,
): Forgery => ({
  organization,
  by: `agent:${signer.id}`,
  agent: signer,
  claims: { kind: 'agent', id: entry.agent_id },
  channel: stream,
  thing: fields.sig ?? '',
  at: eventTime(undefined, id),
});

/** Forged entries in the name of an agent that are listed for a stream and UTC day: who floods a stream shall not flood people. */
const MOST_LISTED = 20;

/** What a forged entry is in the list of things somebody may have to look at. It says nothing about the agent it names. */
export const violationOf = <Entry extends { agent_id: string }>({ message }: Refused<Entry>): NewViolation => ({
  organizationId: message.organization.id,
  reference: `forged:${message.stream}:${message.entry.agent_id}:${placeOf(message.id, eventTime(undefined, message.id), MOST_LISTED)}`,
  kind: 'forged',
  agentId: message.entry.agent_id,
  severity: 'major',
  summary: `an entry of \`${message.stream}\` carries a signature of somebody who has not made it`,
  details: { stream: message.stream, entry: message.id },
  decisionId: null,
  at: new Date(),
});
