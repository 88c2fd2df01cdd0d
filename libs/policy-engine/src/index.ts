export { ACTION_RISKS } from './action-schema.js';
export type { ActionDefinition, ActionRisk, ContextSchema } from './action-schema.js';
export { checkContextSchema } from './check-context-schema.js';
export type { CheckedContextSchema } from './check-context-schema.js';
export type { Claim, ClaimedOwner, ClaimedRelation } from './claim.js';
export { checkPolicy } from './check-policy.js';
export type { CheckedPolicy, ContextSchemas } from './check-policy.js';
export { contextFaults } from './typed-context.js';
export { checkTrials } from './check-tests.js';
export { amendPolicies, canMatchAgent, compilePolicies, isConcerned, PolicySet } from './compile.js';
export type { PolicyChange, PolicySetOptions } from './compile.js';
export type { MatchedPolicy, PolicyDecision, PolicyError, PolicyReference, PolicyRequest } from './decision.js';
export { evaluate } from './evaluate.js';
export { explain } from './explain.js';
export type { ExplainedPolicy, ExplainedTerm, PolicyExplanation } from './explain.js';
export { matchesGlob } from './glob.js';
export { conditionLooksAt } from './looked-at.js';
export type { AttributeMember } from './looked-at.js';
export { isKnownObligation, LOG_LEVELS, OBLIGATION_TYPES } from './obligation.js';
export type { LogLevel, LogObligation, Obligation, RedactObligation } from './obligation.js';
export { POLICY_EFFECTS, POLICY_MODES, POLICY_STATUSES, POLICY_TIERS, SPEC_MEMBERS } from './policy.js';
export type {
  PolicyDocument,
  PolicyEffect,
  PolicyFault,
  PolicyMode,
  PolicyScope,
  PolicySpec,
  PolicyStatus,
  PolicyTest,
  PolicyTestInput,
  PolicyTier,
  PolicyTrial,
  VersionedPolicy,
} from './policy.js';
export { policySchema } from './policy-schema.js';
export type { JsonSchema } from './json-schema.js';
export { remedyText } from './remedies.js';
export type { Remedy } from './remedies.js';
export { redact, redactedPaths, REDACTED_MARK } from './redaction.js';
export type { RedactedPart } from './redaction.js';
export { runPolicyTests, runTests } from './policy-tests.js';
export type { PolicyTestResult } from './policy-tests.js';
