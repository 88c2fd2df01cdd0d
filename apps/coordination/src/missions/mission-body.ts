import { CreateMissionDto, MAX_PLAN_STEPS, parseInstant, type PlanStepDto } from '@agion/dto';
import { validated, ValidationFailedError } from '@agion/service-kit';
import { isAgentId, isName, type InputFault } from '@agion/wire';
import type { MissionDraft } from './mission.js';
import { planFaults, type PlanOutline, type PlanStep, type StepOutline } from './plan.js';

/**
 * The mission a body asks for. The rules between fields are looked at even where single fields are at fault, so that a
 * caller learns everything at once.
 * @throws ValidationFailedError with one entry for each fault
 */
export function missionDraft(body: unknown, now: Date): MissionDraft {
  const { dto, faults } = shapeOf(body);
  faults.push(...listFaults(body), ...planFaults(outlineOf(body)), ...limitFaults(body, now));
  if (!dto || faults.length > 0) throw new ValidationFailedError(faults);
  return {
    name: dto.name,
    goal: dto.goal,
    plan: (dto.plan ?? []).map(planStep),
    participants: dto.participants ?? [],
    budget: dto.budget ? { tokens: dto.budget.tokens ?? undefined, usd: dto.budget.usd ?? undefined } : null,
    deadline: dto.deadline ? parseInstant(dto.deadline) : null,
  };
}

function shapeOf(body: unknown): { dto?: CreateMissionDto; faults: InputFault[] } {
  try {
    return { dto: validated(CreateMissionDto, body), faults: [] };
  } catch (error) {
    if (error instanceof ValidationFailedError) return { faults: [...(error.details.errors ?? [])] };
    throw error;
  }
}

/** An optional field may be given as null, which means the same as leaving it out. */
const planStep = (step: PlanStepDto): PlanStep => ({
  id: step.id,
  title: step.title,
  agentId: step.agent_id ?? undefined,
  capability: step.capability ?? undefined,
  action: step.action,
  input: step.input ?? {},
  dependsOn: step.depends_on ?? [],
  timeoutSeconds: step.timeout_seconds ?? undefined,
  retries: step.retries ?? undefined,
  requiresApproval: step.requires_approval ?? undefined,
  minTrust: step.min_trust ?? undefined,
});

function outlineOf(body: unknown): PlanOutline {
  const plan = fieldsOf(body).plan;
  return Array.isArray(plan) && plan.length <= MAX_PLAN_STEPS ? plan.map(stepOutline) : [];
}

/** class-validator takes a list of steps for a step. */
function listFaults(body: unknown): InputFault[] {
  const plan = fieldsOf(body).plan;
  if (!Array.isArray(plan)) return [];
  return plan.flatMap((step, index) =>
    Array.isArray(step) ? [{ pointer: `/plan/${index}`, detail: 'must be a JSON object' }] : [],
  );
}

function stepOutline(step: unknown): StepOutline | null {
  const { id, agent_id: agentId, capability, depends_on: dependsOn } = fieldsOf(step);
  if (!isStepId(id)) return null;
  return {
    id,
    ...(isGiven(agentId) && { agentId: typeof agentId === 'string' && isAgentId(agentId) ? agentId : '' }),
    ...(isGiven(capability) && { capability: typeof capability === 'string' ? capability : '' }),
    dependsOn: Array.isArray(dependsOn) ? dependsOn.map((other) => (isStepId(other) ? other : null)) : [],
  };
}

function limitFaults(body: unknown, now: Date): InputFault[] {
  const { deadline, budget } = fieldsOf(body);
  const moment = typeof deadline === 'string' ? parseInstant(deadline) : null;
  const empty = typeof budget === 'object' && budget !== null && !Object.values(fieldsOf(budget)).some(isGiven);
  return [
    ...(moment && moment <= now ? [{ pointer: '/deadline', detail: 'must lie in the future' }] : []),
    ...(empty ? [{ pointer: '/budget', detail: 'needs `tokens` or `usd`' }] : []),
  ];
}

const isStepId = (value: unknown): value is string => typeof value === 'string' && isName(value);
const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
