export type { Logger } from '@agion/messaging';
export type { DecisionEffect, DecisionPhase, InputFault, Problem, TrustDimension } from '@agion/wire';
export { AgionSDK } from './agion-sdk.js';
export type { Clock } from './clock.js';
export type { Configuration, ModelConfig, ModelPricing, PromptConfig, ResourceConfig } from './config/configuration.js';
export type { DecidedBy, DecidingPolicy, Decision, PermissionQuestion } from './decisions/decision.js';
export type { GovernedOptions } from './decisions/governed.js';
export {
  AgionError,
  ApiError,
  ConfigurationError,
  ConflictError,
  ConnectionError,
  ForbiddenError,
  GoneError,
  InvalidRequestError,
  NotFoundError,
  NotInitializedError,
  PolicyViolationError,
  RateLimitedError,
  ServerError,
  TimeoutError,
  UnauthorizedError,
} from './errors.js';
export type { EventCounts } from './events/event-buffer.js';
export type { Buffered, Durable, EventPublisher } from './events/event-publisher.js';
export { EventNotPublishedError } from './events/events.errors.js';
export type {
  EventReceipt,
  EventSeverity,
  ExecutionReport,
  ExecutionStatus,
  FeedbackEvent,
  MissionEvent,
  PublishOptions,
  TrustEvent,
} from './events/events.js';
export type { Governed, GovernedFunction } from './governed.js';
export { closeGovernance, decisionOf } from './governance/checkpoint.js';
export type { CheckpointOptions, PermissionSource, Verdict } from './governance/checkpoint.js';
export { GovernanceClient } from './governance/governance-client.js';
export type { GovernanceClientOptions } from './governance/governance-client.js';
export { GovernanceGuard } from './governance/governance.guard.js';
export type { GovernanceGuardOptions, GuardedContext } from './governance/governance.guard.js';
export type { GovernedRequest } from './governance/governed-request.js';
export type { FastifyReplyLike, GovernedResponse, NodeResponse } from './governance/governed-response.js';
export { withGovernance } from './governance/with-governance.js';
export type { GovernanceMiddleware } from './governance/with-governance.js';
export { InvalidInputError } from './input/input.errors.js';
export type { FieldFault } from './input/input.errors.js';
export type { SdkMetrics } from './metrics.js';
export type { SdkStatus } from './status.js';
export type { AgentFingerprint, AgionSDKOptions, DecisionLog, FailMode } from './options.js';
export type { SdkEvent, SdkEventMap, SdkEventName, SdkListener } from './sdk-events.js';
export { closeOnTermination } from './termination.js';
export type { Closable } from './termination.js';
