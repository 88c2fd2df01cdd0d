import { Injectable } from '@nestjs/common';
import { auditEntry, DomainError, OutboxPublisher, requireRole } from '@agion/service-kit';
import { ownerOf, type Principal } from '@agion/wire';
import type { Violation } from './violation.js';
import { ViolationsStore, type ViolationSearch } from './violations.store.js';

/** What operators do about violations. */
@Injectable()
export class ViolationsService {
  constructor(
    private readonly store: ViolationsStore,
    private readonly outbox: OutboxPublisher,
  ) {}

  list(caller: Principal, search: ViolationSearch): Promise<Violation[]> {
    requireRole(caller, 'operator');
    return this.store.search(caller.organization.id, search);
  }

  /** Somebody has seen it, or it is done with; as often as it is said. @throws DomainError `violation-not-found` */
  async move(caller: Principal, id: string, to: 'acknowledged' | 'resolved', note: string | null): Promise<Violation> {
    requireRole(caller, 'operator');
    const moved = await this.store.move(
      caller.organization.id,
      id,
      { to, by: ownerOf(caller), note },
      ({ kind, agentId, decisionId }) =>
        auditEntry({
          type: `violation.${to}`,
          actor: caller,
          subject: { kind: 'violation', id, agent_id: agentId },
          outcome: 'succeeded',
          details: { kind, decision_id: decisionId, note },
        }),
    );
    if (!moved) throw new DomainError('violation-not-found', `there is no violation \`${id}\``);
    if (moved.changed) this.outbox.nudge();
    return moved.violation;
  }
}
