import type { MissionStatus } from '@agion/wire';
import type { PlanStep } from './plan.js';

/** What a mission may use up. */
export interface MissionBudget {
  tokens?: number | undefined;
  usd?: number | undefined;
}

/** What somebody wants done, checked but not yet kept. */
export interface MissionDraft {
  name: string;
  goal: string;
  plan: PlanStep[];
  /** Complete agent ids. */
  participants: string[];
  budget: MissionBudget | null;
  deadline: Date | null;
}

/** A mission without its plan, which may be large. */
export interface MissionSummary extends Omit<MissionDraft, 'plan'> {
  /** UUIDv7: in the order of creation. */
  id: string;
  status: MissionStatus;
  /** Kind and subject of the principal. */
  createdBy: string;
  createdAt: Date;
  updatedAt: Date;
}

export interface Mission extends MissionSummary {
  plan: PlanStep[];
}

/** What an agent reported about a mission. */
export interface MissionReport {
  /** The producer's own, or `redis:<entry id>` where it gave none. */
  eventId: string;
  missionId: string;
  agentId: string;
  type: string;
  taskId: string | null;
  payload: Record<string, unknown> | null;
  at: Date;
}
