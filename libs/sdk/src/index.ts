export type { DecidedBy, DecidingPolicy, Decision, PermissionQuestion } from './decisions/decision.js';
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
export type { AgentFingerprint, AgionSDKOptions, DecisionLog, FailMode } from './options.js';
export type { SdkEvent, SdkEventMap, SdkEventName, SdkListener } from './sdk-events.js';
