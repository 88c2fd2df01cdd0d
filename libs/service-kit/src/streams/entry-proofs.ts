import { Injectable } from '@nestjs/common';
import { type Organization, SERVICES, type ServiceName } from '@agion/wire';
import { ServiceSettings } from '../config/service-settings.js';
import { AgentFacts, type Freshness } from '../identity/agent-facts.client.js';
import { entrySigner } from '../identity/entry-signature.js';
import type { ReadinessCheck } from '../health/readiness.js';
import { StreamKeys } from '../identity/stream-keys.js';

/**
 * Who has proven to have written an entry: a service, the agent the entry names, or nobody. `forged`: there is a signature, and it is
 * not what it claims to be.
 */
export type Proof = ServiceName | 'agent' | 'nobody' | 'forged';

/** What a proof is asked for. */
export interface ProvableEntry {
  readonly stream: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly organization: Organization;
  readonly entry: { readonly agent_id: string };
}

/** Why an entry with such a proof is a dead letter; null: it is none. In development nobody needs to sign. */
export function faultIn(proof: Proof, mode: ServiceSettings['mode']): string | null {
  if (proof === 'forged') return 'neither a known service nor the agent has signed this entry for this stream';
  return proof === 'nobody' && mode === 'production'
    ? 'nothing proves who wrote this entry: sign it with the `stream_key` of the registration'
    : null;
}

/**
 * The identity of an entry that has none of its own. Signed by its agent, it is the same however often somebody writes it again;
 * unsigned, it is the one Redis gave it, and its producer must not repeat it.
 */
export const entryIdentity = (
  { fields }: { readonly fields: Readonly<Record<string, string>> },
  proof: Proof,
  givenByRedis: string,
): string => (proof === 'agent' ? `sig:${fields.sig}` : givenByRedis);

/** Signatures of services begin with their name; those of agents hold no dot. */
const CLAIMS_SERVICE = new RegExp(`^(${SERVICES.join('|')})\\.`);

/** The service in whose name a signature is, right or wrong; null: in none's. */
export const claimedService = (sig: string): ServiceName | null =>
  (CLAIMS_SERVICE.exec(sig)?.[1] as ServiceName | undefined) ?? null;
/**
 * Milliseconds the registry's word about an agent's keys is believed; and when a signature does not fit it, for the key may have been
 * rotated since: so short that a rotation is noticed, so long that forgers cannot make us ask for each of their entries.
 */
const FRESH: Freshness = { known: 10_000, unknown: 20 };
const FRESHNESS: readonly Freshness[] = [FRESH, { known: 20, unknown: 20 }];

/**
 * Agents whose keys are tried to find who signed in another's name, and characters an entry may have for that: each key is a hash over
 * all of them. Together about ten milliseconds of work, of which there are few a second.
 */
const MOST_TRIED = 500;
const MOST_SEARCHED = 8 * 1024;
const SEARCHES_PER_SECOND = 10;

/** Tells who wrote the entries of a stream. Identity follows from the signature, never from a field. */
@Injectable()
export class EntryProofs implements ReadinessCheck {
  readonly readinessName = 'signed_entries';
  private searches = { since: 0, count: 0 };

  constructor(
    private readonly settings: ServiceSettings,
    private readonly keys: StreamKeys,
    private readonly agents: AgentFacts,
  ) {}

  /** Says whether whoever can write to a stream is believed: nobody should find that out by an incident. */
  checkReadiness(): Promise<Record<string, unknown>> {
    return Promise.resolve(
      this.settings.mode === 'production'
        ? { unsigned: 'refused' }
        : { unsigned: 'accepted', warning: 'anybody who can write to Redis is believed: development only' },
    );
  }

  /** One proof for each, in their order. @throws UnavailableError when the registry cannot be asked about an agent's keys */
  async ofEach(entries: readonly ProvableEntry[]): Promise<Proof[]> {
    if (entries.every(({ fields }) => fields.sig === undefined)) return entries.map(() => 'nobody');
    return Promise.all(entries.map((entry) => this.of(entry)));
  }

  /** @throws UnavailableError as `ofEach` does */
  async of(entry: ProvableEntry): Promise<Proof> {
    const { stream, fields } = entry;
    if (fields.sig === undefined) return 'nobody';
    if (claimedService(fields.sig) !== null) return entrySigner(stream, fields, this.settings.serviceKeys) ?? 'forged';
    for (const fresh of FRESHNESS) if (await this.isOwn(entry, fresh)) return 'agent';
    return 'forged';
  }

  /**
   * The agent whose key has signed an entry that names another one: looked for among those this process had to do with lately, and for
   * few entries a second that are not large, since each key has to be tried. Null: not found, which says nothing.
   */
  async signerOf({ stream, fields, organization, entry }: ProvableEntry): Promise<string | null> {
    const now = Date.now();
    if (fields.sig === undefined || claimedService(fields.sig) !== null || charactersIn(fields) > MOST_SEARCHED)
      return null;
    if (!this.maySearch(performance.now())) return null;
    const { id: organizationId } = organization;
    const isOf = this.keys.ownership({ stream, fields });
    for (const { id: agentId, streamKeys } of this.agents.lately(organization, MOST_TRIED)) {
      const owner = { ...streamKeys, organizationId, agentId };
      if (agentId === entry.agent_id || !isOf(owner, now)) continue;
      const entryOfSigner = { stream, fields, organization, entry: { agent_id: agentId } };
      return (await this.isOwn(entryOfSigner, FRESH)) ? agentId : null; // it may be a key that counts no longer
    }
    return null;
  }

  private maySearch(now: number): boolean {
    if (now - this.searches.since >= 1_000) this.searches = { since: now, count: 0 };
    this.searches.count += 1;
    return this.searches.count <= SEARCHES_PER_SECOND;
  }

  private async isOwn(entry: ProvableEntry, fresh: Freshness): Promise<boolean> {
    const { organization, entry: about } = entry;
    const agent = await this.agents.of(organization, about.agent_id, fresh);
    if (!agent || agent.status === 'retired') return false;
    const owner = { ...agent.streamKeys, organizationId: organization.id, agentId: about.agent_id };
    return this.keys.isOwn(entry, owner, Date.now());
  }
}

const charactersIn = (fields: Readonly<Record<string, string>>): number =>
  Object.entries(fields).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
