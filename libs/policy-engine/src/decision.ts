import type { Obligation } from './obligation.js';
import type { PolicyEffect } from './policy.js';

/** What a decision is asked about. Everything in it may come from an agent, except where a comment says otherwise. */
export interface PolicyRequest {
  /** Facts of the platform about the agent; only `id` is always known. */
  agent: {
    id: string;
    /** Derived from the id when absent. */
    container?: string;
    type?: string;
    framework?: string;
    status?: string;
    /** 0 to 1. */
    trust?: number;
    tier?: string;
  };
  /** `risk` is `high` when nobody has said. */
  action: { name: string; risk?: string };
  resource?: { name: string };
  /** A verified principal, else absent. */
  user?: { id: string; role: string; groups: string[] };
  mission?: { id: string };
  env: { mode: string };
  arguments: Record<string, unknown>;
  context: Record<string, unknown>;
  /** Milliseconds since 1970: the `now` of conditions. */
  at: number;
}

export interface PolicyReference {
  policy: string;
  version: number;
}

export interface MatchedPolicy extends PolicyReference {
  /** What it counted as: `deny` also for an allow with obligations that could not be evaluated. */
  effect: PolicyEffect;
  priority: number;
}

/** A policy that could not be evaluated. A deny like that fires, so does one with obligations; another allow does not match. */
export interface PolicyError {
  policy: string;
  detail: string;
}

export interface PolicyDecision {
  /** What must be obeyed. */
  decision: PolicyEffect;
  /** Exactly `decision === 'allow'`. */
  allowed: boolean;
  /** Policies of the winning effect that match, the winner first; empty when the default decided. */
  matched: MatchedPolicy[];
  winner: PolicyReference | null;
  reason: string;
  /** Parts of a condition: those that made the winning deny fire, or the one that kept the most important allow from matching. */
  failingTerms: string[];
  /** Duties of the caller, also when it is denied: of all policies that match, each once, by importance. */
  obligations: readonly Obligation[];
  /** What it would have been if shadow policies were enforced as well; only when that is another decision. */
  shadowDecision?: PolicyEffect;
  /** Shadow policies that match, the most important first; only when there are some. */
  shadowMatched?: readonly MatchedPolicy[];
  /** Shadow policies that could not be evaluated. */
  shadowErrors?: readonly PolicyError[];
  policyRevision: number;
  errors: PolicyError[];
}
