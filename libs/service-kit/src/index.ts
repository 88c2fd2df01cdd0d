export { listSetting } from './config/list-setting.js';
export { loadSettings, SettingsError } from './config/load-settings.js';
export type { Environment } from './config/load-settings.js';
export { IsPrivateKey, ownSettings, ownSettingsWithDatabase } from './config/own-settings.js';
export { sharedSecrets, weakSecrets } from './config/production-faults.js';
export type { GivenSecret } from './config/production-faults.js';
export { StreamSecret, streamKeysFrom } from './config/stream-secret.js';
export { ServiceSettings } from './config/service-settings.js';
export { Setting, settingsOf } from './config/setting.js';
export type { PropertySetting, SettingDefinition } from './config/setting.js';
export { CRASH_POINTS } from './crash-point.js';
export type { CrashPoint } from './crash-point.js';
export { CrashPoints } from './crash-points.js';
export { defineService } from './define-service.js';
export type { ServiceDefinition } from './define-service.js';
export { Readiness } from './health/readiness.js';
export type { ReadinessCheck, ReadinessReport } from './health/readiness.js';
export { ApiProblems } from './http/api-problems.js';
export { etagOf, hasAlready, isBasedOn } from './http/entity-tag.js';
export { IdempotencyInterceptor, NewId } from './http/idempotency.interceptor.js';
export type { Idempotency } from './http/idempotency.interceptor.js';
export { MAX_BODY_BYTES, parseJson } from './http/json-body.js';
export { ServiceClient } from './http/service-client.js';
export type { ServiceCall } from './http/service-client.js';
export { serviceUrl } from './http/service-urls.js';
export type { CalledService } from './http/service-urls.js';
export { TakesYaml } from './http/takes-yaml.js';
export { MAX_YAML_BYTES, parseYaml } from './http/yaml-body.js';
export type { TlsSettings } from './http/tls-door.js';
export { remoteSpan, traceIdOf, traceparentOf } from './http/trace-id.js';
export type { RemoteSpan } from './http/trace-id.js';
export { AgentFacts } from './identity/agent-facts.client.js';
export type { KnownAgent } from './identity/agent-facts.client.js';
export { AssertionSigner, AssertionVerifier } from './identity/assertion.js';
export type { ActFor } from './identity/assertion.js';
export {
  Caller,
  identityOf,
  InternalFor,
  OnBehalf,
  Open,
  requireRole,
  requireSpeaksFor,
  setIdentity,
} from './identity/caller.js';
export type { Identity } from './identity/caller.js';
export { entrySigner, signEntry } from './identity/entry-signature.js';
export { pseudonym } from './identity/pseudonym.js';
export { parsePrivateKey, parsePublicKeys } from './identity/service-keys.js';
export type { PublicKeys } from './identity/service-keys.js';
export { StreamKeys } from './identity/stream-keys.js';
export type { StreamKeyState } from './identity/stream-keys.js';
export { createLogger } from './logging/logger.js';
export { LOGGER } from './logging/logger-token.js';
export { parseAddressRange } from './outgoing/address-range.js';
export type { AddressRange } from './outgoing/address-range.js';
export { allowedHostOf, parseAllowedHost } from './outgoing/allowed-hosts.js';
export type { AllowedHost } from './outgoing/allowed-hosts.js';
export { OutgoingClient } from './outgoing/outgoing.client.js';
export type { OutgoingAnswer, OutgoingLimits, OutgoingOptions, OutgoingRequest } from './outgoing/outgoing.client.js';
export { OutgoingError } from './outgoing/outgoing.errors.js';
export type { OutgoingFailure } from './outgoing/outgoing.errors.js';
export { outgoingFetch } from './outgoing/outgoing-fetch.js';
export type { Fetch } from './outgoing/outgoing-fetch.js';
export {
  DomainError,
  ForbiddenError,
  QuotaExceededError,
  UnauthenticatedError,
  UnavailableError,
  UpstreamProblemError,
  ValidationFailedError,
} from './problem/domain-error.js';
export type { DomainErrorDetails } from './problem/domain-error.js';
export { pathOf, PROBLEM_CONTENT_TYPE, sendProblem } from './problem/problem.filter.js';
export { toProblem } from './problem/to-problem.js';
export { validated, validatedEntry } from './problem/validation.js';
export { run, runAll } from './run.js';
export { SERVICE, VERSION } from './service-facts.js';
export type { ServiceFacts } from './service-facts.js';
export { createApplication, startService } from './start-service.js';
export type { RunningService, StartOptions } from './start-service.js';
export { StartupError } from './startup-error.js';
export { claimedService, EntryProofs, entryIdentity, faultIn } from './streams/entry-proofs.js';
export type { Proof, ProvableEntry } from './streams/entry-proofs.js';
export { auditEntry } from './streams/audit-entry.js';
export type { AuditEntry, AuditFact } from './streams/audit-entry.js';
export { eventTime } from './streams/event-time.js';
export { AgentNotices } from './streams/agent-notices.consumer.js';
export { OrganizationDirectory } from './streams/organization-directory.js';
export { COMMAND_REDIS } from './streams/redis-token.js';
export { StreamTrimmer } from './streams/stream-trimmer.js';
export { StreamWatch } from './streams/stream-watch.js';
export { OutboxRelay } from './streams/outbox-relay.js';
export type { OutboxEntry, OutboxSource } from './streams/outbox-relay.js';
export { OUTBOX_SOURCE, OutboxPublisher } from './streams/outbox.publisher.js';
export { deadLetterIn } from './streams/dead-letter-entry.js';
export type { DeadLetterEntry } from './streams/dead-letter-entry.js';
export { MAX_REDRIVEN_BYTES, redrivenEntry, redrivenFields } from './streams/redriven-entry.js';
export type { RedrivenEntry } from './streams/redriven-entry.js';
export { DeadLetterHandler, StreamHandler } from './streams/stream-handler.js';
export type { StreamFailure, StreamHandlerOptions, StreamMessage } from './streams/stream-handler.js';
export { httpRequests, openDeadLetters, policyStaleAgents, unavailableDecisions } from './telemetry/instruments.js';
export type { OpenDeadLetters, RecordRequest, UnavailableBecause } from './telemetry/instruments.js';
export { outgoingCalls, webhookDeliveries } from './telemetry/outgoing-instruments.js';
export { trustChanges, trustHoldings } from './telemetry/trust-instruments.js';
export type { TrustHoldings, TrustMetrics } from './telemetry/trust-instruments.js';
export type { RecordOutgoing } from './telemetry/outgoing-instruments.js';
export { Upkeep } from './upkeep.js';
export type { UpkeepOptions } from './upkeep.js';
