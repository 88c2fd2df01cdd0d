export { ActionDto, ActionPageDto, DescribeActionDto } from './action.dto.js';
export { decodeCursor, encodeCursor } from './cursor.js';
export { PageQueryDto } from './page.dto.js';
export { ConfigNoticeDto, ControlNoticeDto, PolicyBeaconDto, PolicyNoticeDto } from './notice.dto.js';
export { InputFaultDto, ProblemDto } from './problem.dto.js';
export { AUDIT_OUTCOMES, AuditEntryDto, AuditEventDto, AuditPageDto, AuditQueryDto } from './audit.dto.js';
export type { AuditOutcome } from './audit.dto.js';
export {
  DecisionDto,
  DecisionOutcomeDto,
  DecisionPageDto,
  DecisionsQueryDto,
  MatchedPolicyDto,
  PolicyErrorDto,
  WinningPolicyDto,
} from './decision.dto.js';
export { DecisionReplyEntryDto } from './decision-reply.dto.js';
export { DecisionExplanationDto, ExplainedPolicyDto, ExplainedTermDto } from './decision-explanation.dto.js';
export { CheckDto, DecisionRequestEntryDto } from './decision-request.dto.js';
export { readDecisionRequest } from './decision-request-reader.js';
export { readTrustEvent } from './trust-event-reader.js';
export { LocalDecisionEntryDto } from './local-decision.dto.js';
export {
  SimulatedActionDto,
  SimulatedAgentDto,
  SimulatedDecisionDto,
  SimulatedEffectDto,
  SimulatePoliciesDto,
  SimulationDto,
  SimulationSamplesDto,
  SimulationWindowDto,
} from './simulation.dto.js';
export { ShadowCountDto, ShadowedDecisionDto, ShadowQueryDto, ShadowReportDto } from './shadow.dto.js';
export { IsInstant, parseInstant } from './instant.js';
export { isStorableText, JsonField, Verbatim } from './json-field.js';
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
export {
  AgentDetailsDto,
  AgentDto,
  AgentFingerprintDto,
  AgentIdParamDto,
  AgentPoliciesDto,
  EndInstanceQueryDto,
  InstancePoliciesDto,
} from './agent.dto.js';
export { HeartbeatDto, HeartbeatReplyDto } from './agent-heartbeat.dto.js';
export { AgentPageDto, ListAgentsQueryDto } from './agent-list.dto.js';
export { RegisterAgentDto, RegistrationDto } from './agent-registration.dto.js';
export { IsBoundedObject, IsLabels } from './bounded-json.js';
export {
  ConfigurationIdParamDto,
  ConfigurationVersionDto,
  ConfigurationVersionPageDto,
  ConfigurationVersionParamDto,
  ListConfigurationsQueryDto,
  RolloutDto,
  RolloutStateDto,
  UpdateConfigurationQueryDto,
} from './configuration.dto.js';
export { CreateEnrollmentDto, DEFAULT_WAIT_SECONDS, EnrollmentDto, ExchangeEnrollmentDto } from './enrollment.dto.js';
export {
  CreatedServiceAccountDto,
  CreateServiceAccountDto,
  DeleteServiceAccountQueryDto,
  RotateServiceAccountTokenDto,
  ServiceAccountDto,
  ServiceAccountIdParamDto,
  ServiceAccountPageDto,
} from './service-account.dto.js';
export {
  ContainerIdParamDto,
  EndedCredentialsDto,
  EndedCredentialsQuestionDto,
  IssuedTokenDto,
  IssueTokenDto,
  VerifiedCredentialDto,
  VerifyTokenDto,
} from './credential.dto.js';
export {
  IsAgentId,
  IsChosenId,
  IsConfigurationKey,
  IsContainerId,
  IsCredentialRef,
  IsInstanceId,
  RESERVED_IDS,
} from './identifiers.js';
export {
  CreateModelDto,
  ModelContentDto,
  ModelDto,
  ModelPageDto,
  ModelPricingDto,
  ModelPurposeParamDto,
  UpdateModelDto,
} from './model.dto.js';
export {
  ChangeOrganizationSettingsDto,
  CreateOrganizationDto,
  KnownOrganizationDto,
  OrganizationDto,
  OrganizationListDto,
  OrganizationPageDto,
  OrganizationSettingsDto,
  OrganizationSlugParamDto,
} from './organization.dto.js';
export {
  CreatePromptDto,
  PromptContentDto,
  PromptDto,
  PromptLocationParamDto,
  PromptPageDto,
  UpdatePromptDto,
} from './prompt.dto.js';
export {
  CreateResourceDto,
  ResourceContentDto,
  ResourceDto,
  ResourceNameParamDto,
  ResourcePageDto,
  UpdateResourceDto,
} from './resource.dto.js';
export { isPlainText, IsText } from './text.js';
export {
  PolicyDocumentDto,
  PolicyMetadataDto,
  PolicyScopeDto,
  PolicySpecDto,
  PolicyTestDto,
} from './policy-document.dto.js';
export { PolicyTestReportDto, PolicyTestResultDto, PolicyTrialDto, TestPoliciesDto } from './policy-test.dto.js';
export {
  ConvergedAgentsDto,
  MAX_COMMITS,
  PolicyAdoptionQuestionDto,
  PolicyCommitDto,
  PolicyConvergenceDto,
  PropagationDto,
  StaleInstanceDto,
} from './policy-convergence.dto.js';
export { PolicyDeltaDto, PolicySyncDto, SyncedPolicyDto } from './policy-sync.dto.js';
export {
  POLICY_STATUSES,
  POLICY_TIERS,
  PoliciesQueryDto,
  PolicyDto,
  PolicyIdParamDto,
  PolicyPageDto,
  PolicyValidationDto,
  PolicyVersionDto,
  PolicyVersionPageDto,
  PolicyVersionParamDto,
} from './policy.dto.js';
export { EVENT_KINDS, EventsAcceptedDto, MAX_EVENTS } from './event.dto.js';
export type { EventKind } from './event.dto.js';
export {
  DecisionReportsDto,
  ExecutionReportDto,
  ExecutionReportEntryDto,
  REPORT_STATUSES,
} from './execution-report.dto.js';
export type { ReportStatus } from './execution-report.dto.js';
export { FeedbackDto, FeedbackEntryDto, SubmitFeedbackDto, THUMBS } from './feedback.dto.js';
export type { Thumb } from './feedback.dto.js';
export { ErasedPersonDto, ErasePersonDto } from './person.dto.js';
export { NumberField } from './number-field.js';
export { RotateStreamKeyDto, StreamKeyDto } from './stream-key.dto.js';
export { MAX_EVENT_CONTEXT, TrustEventEntryDto } from './trust-event.dto.js';
export {
  ExplainTrustQueryDto,
  TrustHistoryDto,
  TrustHistoryPointDto,
  TrustHistoryQueryDto,
  TrustWhatIfDto,
} from './trust-questions.dto.js';
export {
  ClearCeilingDto,
  NextTierDto,
  TrustCeilingDto,
  TrustCeilingParamDto,
  TrustContributionDto,
  TrustDimensionDto,
  TrustDto,
  TrustEventDto,
  TrustEventPageDto,
  TrustExplanationDto,
  TrustOutlookDto,
} from './trust.dto.js';
export {
  MoveViolationDto,
  ViolationDto,
  ViolationIdParamDto,
  ViolationPageDto,
  ViolationsQueryDto,
} from './violation.dto.js';
export {
  DeadLetterDetailDto,
  DeadLetterDto,
  DeadLetterIdParamDto,
  DeadLetterPageDto,
  DeadLettersQueryDto,
  DiscardDeadLetterDto,
} from './dead-letter.dto.js';
export { StreamTicketDto } from './stream-ticket.dto.js';
export {
  CreateWebhookDto,
  WebhookAttemptDto,
  WebhookDeliveriesQueryDto,
  WebhookDeliveryDto,
  WebhookDeliveryPageDto,
  WebhookDeliveryParamDto,
  WebhookDto,
  WebhookIdParamDto,
  WebhookPageDto,
  WebhookWithSecretDto,
} from './webhook.dto.js';
