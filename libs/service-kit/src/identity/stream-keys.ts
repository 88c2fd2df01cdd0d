import { createHmac } from 'node:crypto';
import { signatureTest } from '@agion/messaging';
import canonicalize from 'canonicalize';
import { LRUCache } from 'lru-cache';

/** Which of an agent's stream keys count. */
export interface StreamKeyState {
  /** Counts up with each rotation, from 1. */
  readonly generation: number;
  /** Until when the key before the last rotation counts too; null: not at all. */
  readonly previousUntil: Date | null;
}

/** An entry of a stream, with its signature. */
export interface SignedEntry {
  readonly stream: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** An agent, and which of its keys count. */
export interface KeyOwner extends StreamKeyState {
  readonly organizationId: string;
  readonly agentId: string;
}

const MOST_KEYS = 50_000;

/**
 * The keys agents sign their stream entries with. They are derived from one secret of the platform and are stored nowhere: a copy of
 * the database holds none of them.
 */
export class StreamKeys {
  private readonly derived = new LRUCache<string, string>({ max: MOST_KEYS });

  /** @param secret `AGION_STREAM_SECRET`, the same for every service that gives out or checks such keys */
  constructor(private readonly secret: string) {}

  /** The `stream_key` of an agent. */
  of(organizationId: string, agentId: string, generation: number): string {
    const name = `${organizationId} ${agentId} ${generation}`;
    let key = this.derived.get(name);
    if (key === undefined) {
      const subject = canonicalize({ organization_id: organizationId, agent_id: agentId, generation }) ?? '';
      key = `agion_stk_${createHmac('sha256', this.secret).update(subject).digest('base64url')}`;
      this.derived.set(name, key);
    }
    return key;
  }

  /** Whether the agent itself has signed this entry, with a key that counts at `at` (milliseconds since 1970). */
  isOwn(entry: SignedEntry, agent: KeyOwner, at: number): boolean {
    return this.ownership(entry)(agent, at);
  }

  /** The same for many agents: what does not depend on them is done once. */
  ownership({ stream, fields }: SignedEntry): (agent: KeyOwner, at: number) => boolean {
    const isSignedWith = signatureTest(stream, fields);
    return (agent, at) => this.isOneOf(agent, at, isSignedWith);
  }

  private isOneOf(agent: KeyOwner, at: number, isRight: (streamKey: string) => boolean): boolean {
    const { organizationId, agentId, generation, previousUntil } = agent;
    const signedWith = (which: number): boolean => isRight(this.of(organizationId, agentId, which));
    const previousCounts = generation > 1 && previousUntil !== null && at < previousUntil.getTime();
    return signedWith(generation) || (previousCounts && signedWith(generation - 1));
  }
}
