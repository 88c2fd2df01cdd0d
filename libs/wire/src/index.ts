export { AGENT_ID_PATTERN, NAME_PATTERN, completeAgentId, containerOf, isAgentId, isName } from './agent-id.js';
export { CHANNELS, channelKey, channelPatterns, slugOf } from './channels.js';
export type {
  AgentsNotice,
  ChannelName,
  ConfigNotice,
  ControlNotice,
  OrganizationsNotice,
  PolicyBeacon,
  PolicyNotice,
} from './channels.js';
export {
  AGENT_STATUSES,
  DECISION_PHASES,
  DECISION_SOURCES,
  DECISIONS,
  DEFAULT_PORTS,
  MISSION_STATUSES,
  RESOURCE_TYPES,
  SERVICES,
  SEVERITIES,
  TRUST_DIMENSIONS,
  TRUST_SOURCES,
  TRUST_TIERS,
  DEAD_LETTER_KINDS,
  DEAD_LETTER_STATUSES,
  VALUED_EVENTS,
  VIOLATION_KINDS,
  VIOLATION_STATUSES,
} from './enums.js';
export type {
  AgentStatus,
  DeadLetterKind,
  DeadLetterStatus,
  DecisionEffect,
  DecisionPhase,
  DecisionSource,
  MissionStatus,
  ResourceType,
  ServiceName,
  Severity,
  TrustDimension,
  TrustSource,
  TrustTier,
  ViolationKind,
  ViolationStatus,
} from './enums.js';
export { HEADERS } from './headers.js';
export { keys } from './keys.js';
export { DEFAULT_ORGANIZATION, isOrganizationSlug, redisPrefix } from './organization.js';
export type { Organization } from './organization.js';
export { DECISION_RETENTION_DAYS, DEFAULT_SETTINGS, QUOTAS } from './organization-settings.js';
export type { OrganizationSettings, QuotaName } from './organization-settings.js';
export { ROLES, hasRole, isPlatformAdmin, ownerOf, rolloutBucket, speaksFor } from './principal.js';
export type { Principal, PrincipalKind, Role } from './principal.js';
export { PROBLEMS, isProblemName, problemType } from './problems.js';
export type { InputFault, Problem, ProblemDefinition, ProblemName } from './problems.js';
export { RUN_FAILURES, RUN_STATUSES, endsRun, isRunOver } from './run-events.js';
export type { RunEvent, RunFeedEvent, RunStatus } from './run-events.js';
export { withoutSecrets } from './secret-shapes.js';
export { SCOPES, hasScope, reachesRole, scopesOf, usualScopes } from './scopes.js';
export type { Scope } from './scopes.js';
export {
  CONSUMED_STREAMS,
  DEAD,
  REDRIVEN,
  STREAMS,
  deadLetterKey,
  feedKey,
  replyStreamKey,
  streamKey,
} from './streams.js';
export type { StreamName } from './streams.js';
export { TOKEN_KINDS, TOKEN_PATTERN, crc32, formatToken, looksLikeToken, parseToken } from './tokens.js';
export type { CredentialKind, TokenKind, TokenParts } from './tokens.js';
export {
  DELIVERY_STATUSES,
  MOST_PENDING_DELIVERIES,
  WEBHOOK_EVENTS,
  WEBHOOK_FILTERS,
  WEBHOOK_STATUSES,
} from './webhook-events.js';
export type { DeliveryStatus, WebhookEvent, WebhookStatus } from './webhook-events.js';
