import type { MissionDetailDto, MissionDto, MissionEventDto, MissionSummaryDto, PlanStepDto } from '@agion/dto';
import type { Mission, MissionReport, MissionSummary } from './mission.js';
import type { PlanStep } from './plan.js';

/** A mission as a list shows it. */
export const toMissionSummaryDto = (mission: MissionSummary): MissionSummaryDto => ({
  id: mission.id,
  name: mission.name,
  goal: mission.goal,
  status: mission.status,
  participants: mission.participants,
  budget: mission.budget,
  deadline: mission.deadline?.toISOString() ?? null,
  created_by: mission.createdBy,
  created_at: mission.createdAt.toISOString(),
  updated_at: mission.updatedAt.toISOString(),
});

export const toMissionDto = (mission: Mission): MissionDto => ({
  ...toMissionSummaryDto(mission),
  plan: mission.plan.map(toPlanStepDto),
});

export const toMissionDetailDto = (mission: Mission, reports: readonly MissionReport[]): MissionDetailDto => ({
  ...toMissionDto(mission),
  recent_events: reports.map(toMissionEventDto),
});

/** What is not given is undefined here and absent in JSON. */
const toPlanStepDto = (step: PlanStep): PlanStepDto => ({
  id: step.id,
  title: step.title,
  agent_id: step.agentId,
  capability: step.capability,
  action: step.action,
  input: step.input,
  depends_on: step.dependsOn,
  timeout_seconds: step.timeoutSeconds,
  retries: step.retries,
  requires_approval: step.requiresApproval,
  min_trust: step.minTrust,
});

const toMissionEventDto = (report: MissionReport): MissionEventDto => ({
  event_id: report.eventId,
  agent_id: report.agentId,
  event_type: report.type,
  task_id: report.taskId,
  payload: report.payload,
  at: report.at.toISOString(),
});
