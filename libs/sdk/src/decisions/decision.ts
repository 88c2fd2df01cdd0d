import type { Obligation } from '@agion/policy-engine';
import type { DecisionEffect, DecisionPhase } from '@agion/wire';

/** What an agent asks before it acts. Everything in it is the agent's own word. */
export interface PermissionQuestion {
  /** Whose action it is; the agent of the SDK unless told. A name without `:` gets the id of the container. */
  agentId?: string;
  /** E.g. `send_email`. */
  action: string;
  /** What conditions see as `context`. */
  context?: Record<string, unknown>;
  /** What the action is called with: `arguments` in conditions. */
  arguments?: Record<string, unknown>;
  /** What it acts on, e.g. `sales_db`. */
  resource?: string;
  /** For whom the agent says it acts. Recorded; no proof of anything. */
  userId?: string;
  missionId?: string;
  sessionId?: string;
  /** Which of the checkpoints of one call this is. */
  phase?: DecisionPhase;
  /** Milliseconds to wait for an answer of the platform; 5000 unless told. A local check waits for nothing. */
  timeoutMs?: number;
}

/** A policy that had a say in a decision. */
export interface DecidingPolicy {
  policy: string;
  version: number;
  effect: string;
  priority: number;
}

/** Where a decision was made: from the policies in memory, over Redis Streams, over HTTP. */
export type DecidedBy = 'local' | 'bus' | 'http';

/** An answer, which is to be obeyed. Whatever keeps it from being worked out is a denial whose reason says so. */
export interface Decision {
  /** UUIDv7: finds it in the ledger. */
  decisionId: string;
  decision: DecisionEffect;
  /** Exactly `decision === 'allow'`. */
  allowed: boolean;
  /** One sentence for a log line or for the user. */
  reason: string;
  /** Revision of the policies it was made by; 0 when no policy was asked. */
  policyRevision: number;
  /** Policies of the winning effect that match, the winner first; empty when the default decided. */
  policies: readonly DecidingPolicy[];
  /**
   * What has to be done whether it is allowed or denied; `governed`, `withGovernance` and `GovernanceGuard` do it. What is recorded of a
   * local decision is redacted already.
   */
  obligations: readonly Obligation[];
  decidedBy: DecidedBy;
  /** What it would have been with the shadow policies enforced; only when that is another decision. Not to be obeyed. */
  shadowDecision?: DecisionEffect;
  /** Shadow policies that match. */
  shadowPolicies?: readonly DecidingPolicy[];
  /** The agent's trust that conditions saw, 0–1. */
  trustScore?: number;
  /** Microseconds the evaluation took. */
  evalMicros?: number;
  /** The platform could not be asked, or could not answer: a denial for want of a decision. Another attempt may be decided. */
  unavailable?: true;
  /** Nobody had confirmed the policies it was made by for longer than `maxStalenessMs`. */
  stale?: true;
}
