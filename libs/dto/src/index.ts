export { decodeCursor, encodeCursor } from './cursor.js';
export { PageQueryDto } from './page.dto.js';
export { InputFaultDto, ProblemDto } from './problem.dto.js';
export { AUDIT_OUTCOMES, AuditEntryDto, AuditEventDto, AuditPageDto, AuditQueryDto } from './audit.dto.js';
export type { AuditOutcome } from './audit.dto.js';
export { IsInstant, parseInstant } from './instant.js';
export { isStorableText, JsonField } from './json-field.js';
export {
  CreateMissionDto,
  MissionBudgetDto,
  MissionDetailDto,
  MissionDto,
  MissionPageDto,
  MissionsQueryDto,
  MissionSummaryDto,
} from './mission.dto.js';
export { MissionEventDto, MissionEventEntryDto } from './mission-event.dto.js';
export { MAX_PLAN_STEPS, PlanStepDto } from './mission-plan.dto.js';
export { AG_UI_ROLES, AgUiMessageDto, RunAgentInputDto } from './run-agent-input.dto.js';
export { AgUiEventsQueryDto, ContinueRunQueryDto } from './run-stream.dto.js';
export {
  MAX_MESSAGE_CHARACTERS,
  RUN_ID_PATTERN,
  RUN_MESSAGE_ROLES,
  RunAcceptedDto,
  RunDto,
  RunFailureDto,
  RunMessageDto,
  RunPageDto,
  RunQueryDto,
  StartRunDto,
} from './run.dto.js';
