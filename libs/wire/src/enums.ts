export const SERVICES = ['gateway', 'registry', 'coordination', 'governance', 'execution'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Ports the services listen on unless told otherwise. */
export const DEFAULT_PORTS: Record<ServiceName, number> = {
  gateway: 8080,
  registry: 8081,
  coordination: 8082,
  governance: 8083,
  execution: 8084,
};

/** `active → stale → offline` follows the heartbeat lease; `quarantined` and `retired` are an operator's word. */
export const AGENT_STATUSES = ['active', 'stale', 'offline', 'quarantined', 'retired'] as const;
export type AgentStatus = (typeof AGENT_STATUSES)[number];

export const RESOURCE_TYPES = ['database', 'api', 'file_store', 'vector_store', 'mcp_server', 'other'] as const;
export type ResourceType = (typeof RESOURCE_TYPES)[number];

export const MISSION_STATUSES = ['draft', 'running', 'paused', 'succeeded', 'failed', 'cancelled'] as const;
export type MissionStatus = (typeof MISSION_STATUSES)[number];

export const SEVERITIES = ['positive', 'neutral', 'minor', 'major', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What is to be obeyed. `require_approval` is reserved: no policy can ask for it yet. */
export const DECISIONS = ['allow', 'deny', 'require_approval'] as const;
export type DecisionEffect = (typeof DECISIONS)[number];

/** Where a decision was made: in the SDK, over the streams, over HTTP. */
export const DECISION_SOURCES = ['local', 'bus', 'http'] as const;
export type DecisionSource = (typeof DECISION_SOURCES)[number];

/** The three checkpoints of one call. */
export const DECISION_PHASES = ['permission', 'validation', 'feedback'] as const;
export type DecisionPhase = (typeof DECISION_PHASES)[number];

/** What events of these types weigh where they do not say: all others have to. */
export const VALUED_EVENTS: ReadonlyMap<string, { readonly severity: Severity; readonly impact: number }> = new Map([
  ['guardrail_blocked', { severity: 'minor', impact: -0.05 }],
]);

/** What trust in an agent is worked out from. */
export const TRUST_DIMENSIONS = ['reliability', 'compliance', 'security', 'feedback'] as const;
export type TrustDimension = (typeof TRUST_DIMENSIONS)[number];

/** Who vouches for a piece of evidence: the platform itself, a verified person, another authenticated agent, nobody but itself. */
export const TRUST_SOURCES = ['platform', 'person', 'peer', 'self'] as const;
export type TrustSource = (typeof TRUST_SOURCES)[number];

/** How far an agent is trusted, from the lowest. */
export const TRUST_TIERS = ['untrusted', 'probation', 'standard', 'trusted', 'autonomous'] as const;
export type TrustTier = (typeof TRUST_TIERS)[number];

/** `denied`: a policy denied an action; `unverified_critical`: a critical report nobody vouches for; `forged`: somebody else's event. */
export const VIOLATION_KINDS = ['denied', 'unverified_critical', 'forged'] as const;
export type ViolationKind = (typeof VIOLATION_KINDS)[number];

export const VIOLATION_STATUSES = ['open', 'acknowledged', 'resolved'] as const;
export type ViolationStatus = (typeof VIOLATION_STATUSES)[number];

/** Why an entry is a dead letter. `permanent`: it could never work; `exhausted`: it was tried as often as any. */
export const DEAD_LETTER_KINDS = ['permanent', 'exhausted'] as const;
export type DeadLetterKind = (typeof DEAD_LETTER_KINDS)[number];

export const DEAD_LETTER_STATUSES = ['open', 'redriven', 'discarded'] as const;
export type DeadLetterStatus = (typeof DEAD_LETTER_STATUSES)[number];
