import { auditEntry, OutboxPublisher, requireSpeaksFor, StreamKeys } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { Injectable } from '@nestjs/common';
import { StreamKeysStore } from './stream-keys.store.js';

/** Seconds the key before a rotation counts when the caller does not say: long enough for every replica to fetch the new one. */
const OVERLAP_SECONDS = 3_600;

export interface StreamKey {
  key: string;
  generation: number;
  previousUntil: Date | null;
}

/** Gives agents the keys they sign their stream entries with. */
@Injectable()
export class StreamKeysService {
  constructor(
    private readonly store: StreamKeysStore,
    private readonly keys: StreamKeys,
    private readonly outbox: OutboxPublisher,
  ) {}

  /** @throws AgentNotFoundError, AgentRetiredError; ForbiddenError for whoever does not speak for the agent */
  async current(caller: Principal, agentId: string): Promise<StreamKey> {
    requireSpeaksFor(caller, agentId);
    const { id } = caller.organization;
    const state = await this.store.find(id, agentId);
    return { ...state, key: this.keys.of(id, agentId, state.generation) };
  }

  /** @throws as `current` does */
  async rotate(caller: Principal, agentId: string, overlapSeconds: number | null): Promise<StreamKey> {
    requireSpeaksFor(caller, agentId);
    const { id } = caller.organization;
    const state = await this.store.rotate(id, agentId, overlapSeconds ?? OVERLAP_SECONDS, ({ generation }) =>
      auditEntry({
        type: 'stream_key.rotated',
        actor: caller,
        subject: { kind: 'agent', id: agentId },
        outcome: 'succeeded',
        details: { generation },
      }),
    );
    this.outbox.nudge();
    return { ...state, key: this.keys.of(id, agentId, state.generation) };
  }
}
