import {
  auditEntry,
  type AuditFact,
  OutboxPublisher,
  requireSpeaksFor,
  StreamKeys,
  type StreamKeyState,
} from '@agion/service-kit';
import { speaksFor, type Principal } from '@agion/wire';
import { Injectable } from '@nestjs/common';
import { ControlPublisher } from '../credentials/control.publisher.js';
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
    private readonly control: ControlPublisher,
  ) {}

  /** @throws AgentNotFoundError, AgentRetiredError; ForbiddenError for whoever does not speak for the agent */
  async current(caller: Principal, agentId: string): Promise<StreamKey> {
    requireSpeaksFor(caller, agentId);
    const { id } = caller.organization;
    const isOwn = speaksFor(caller, agentId);
    const state = await (isOwn ? this.store.find(id, agentId) : this.show(caller, agentId));
    return { ...state, key: this.keys.of(id, agentId, state.generation) };
  }

  /** Whoever sees another's key could sign in its name, so it goes on record. */
  private async show(caller: Principal, agentId: string): Promise<StreamKeyState> {
    const state = await this.store.show(caller.organization.id, agentId, ({ generation }) =>
      auditEntry({ type: 'stream_key.shown', ...fact(caller, agentId, generation) }),
    );
    this.outbox.nudge();
    return state;
  }

  /** @throws as `current` does */
  async rotate(caller: Principal, agentId: string, overlapSeconds: number | null): Promise<StreamKey> {
    requireSpeaksFor(caller, agentId);
    const { id, slug } = caller.organization;
    const state = await this.store.rotate(id, agentId, overlapSeconds ?? OVERLAP_SECONDS, ({ generation }) =>
      auditEntry({ type: 'stream_key.rotated', ...fact(caller, agentId, generation) }),
    );
    this.outbox.nudge();
    await this.control.agentChanged(slug, agentId);
    return { ...state, key: this.keys.of(id, agentId, state.generation) };
  }
}

const fact = (actor: Principal, agentId: string, generation: number): Omit<AuditFact, 'type'> => ({
  actor,
  subject: { kind: 'agent', id: agentId },
  outcome: 'succeeded',
  details: { generation },
});
