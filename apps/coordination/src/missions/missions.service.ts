import { auditEntry, OutboxPublisher } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { Injectable } from '@nestjs/common';
import type { Mission, MissionDraft, MissionReport, MissionSummary } from './mission.js';
import { MissionNotFoundError } from './missions.errors.js';
import { MissionsStore, type MissionSearch } from './missions.store.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Missions as people plan them. */
@Injectable()
export class MissionsService {
  constructor(
    private readonly store: MissionsStore,
    private readonly outbox: OutboxPublisher,
  ) {}

  /** Keeps a mission as a draft. Asked again with the same id it answers with the one that is there. */
  async create(caller: Principal, draft: MissionDraft, id: string): Promise<Mission> {
    const at = new Date();
    const createdBy = `${caller.kind}:${caller.subject}`;
    const mission: Mission = { ...draft, id, status: 'draft', createdBy, createdAt: at, updatedAt: at };
    const fact = auditEntry(
      {
        type: 'mission.created',
        actor: caller,
        subject: { kind: 'mission', id: mission.id, name: mission.name },
        outcome: 'succeeded',
        details: { steps: mission.plan.length, participants: mission.participants },
      },
      at,
    );
    const kept = await this.store.add(caller.organization.id, mission, fact);
    this.outbox.nudge();
    return kept;
  }

  /** Newest first. */
  list(caller: Principal, search: MissionSearch): Promise<MissionSummary[]> {
    return this.store.list(caller.organization.id, search);
  }

  /** @throws MissionNotFoundError when the caller's organization has no such mission */
  async get(caller: Principal, id: string): Promise<{ mission: Mission; reports: MissionReport[] }> {
    const found = UUID.test(id) ? await this.store.find(caller.organization.id, id) : null;
    if (!found) throw new MissionNotFoundError(id);
    return found;
  }
}
