import { evaluate } from '@agion/policy-engine';
import { DECISION_PHASES } from '@agion/wire';
import type { Clock } from '../clock.js';
import { newEventId } from '../events/event-id.js';
import type { AddressedQuestion } from '../governance/remote-check.js';
import type { FailMode } from '../options.js';
import type { LoadedPolicies } from '../policies/loaded-policies.js';
import type { AgentStanding } from './agent-standing.js';
import type { Decision } from './decision.js';
import { policyRequest } from './policy-request.js';

/** The policies by which decisions are made, and how far they can be relied on: a `PolicyKeeper`. */
export interface KeptPolicies {
  readonly current: LoadedPolicies;
  readonly isStopped: boolean;
  readonly standing: 'fresh' | 'stale' | 'none';
  readonly ageMs: number;
}

export interface LocalDecisionsOptions {
  /** The agent whose policies these are. */
  readonly agentId: string;
  readonly policies: KeptPolicies;
  readonly standing: AgentStanding;
  readonly failMode: FailMode;
  /** Actions of low risk, whatever the platform says: stale policies may still decide about them. */
  readonly lowRiskActions: ReadonlySet<string>;
  readonly clock: Clock;
}

/** Names as the platform takes them without a closer look. */
const ORDINARY = /^[\x20-\x7e]{1,200}$/;

/** Decides in memory: no I/O, no waiting. */
export class LocalDecisions {
  constructor(private readonly options: LocalDecisionsOptions) {}

  /** The decision, or null when it is for the platform to make. Never throws: what cannot be decided is denied. */
  make(question: AddressedQuestion): Decision | null {
    const { agentId, policies, standing: agent } = this.options;
    const { current, standing } = policies;
    if (agent.isRetired) return denied(current, `\`${agentId}\` is retired`);
    if (agent.isRefused)
      return denied(current, `the platform refuses the credentials of \`${agentId}\``, { unavailable: true });
    if (standing === 'none') return denied(current, 'no policies have been loaded yet', { unavailable: true });
    if (policies.isStopped) return denied(current, 'the organization has stopped its agents');
    if (question.agentId !== agentId) return null;
    const isStale = standing === 'stale';
    if (isStale && this.isTooRisky(question.action, current))
      return denied(current, `${staleness(policies.ageMs)}, and ${WHY_NOT}`, { unavailable: true, stale: true });
    try {
      const decision = this.evaluate(question, current);
      return decision && isStale ? asStale(decision, policies.ageMs) : decision;
    } catch {
      return denied(current, 'the question cannot be written as JSON', { unavailable: true });
    }
  }

  /** Whether stale policies may not decide about an action. */
  private isTooRisky(action: string, { risks }: LoadedPolicies): boolean {
    const { failMode, lowRiskActions } = this.options;
    return failMode === 'deny' && !lowRiskActions.has(action) && (risks?.get(action) ?? 'high') === 'high';
  }

  private evaluate(question: AddressedQuestion, current: LoadedPolicies): Decision | null {
    const { standing, clock } = this.options;
    const request = policyRequest(question, standing, clock.now());
    if (current.remote.concern(request, standing.knows)) return null;
    const startedAt = clock.monotonic();
    const { decision, allowed, reason, policyRevision, matched, obligations, shadowDecision, shadowMatched } = evaluate(
      current.set,
      request,
    );
    const evalMicros = Math.round((clock.monotonic() - startedAt) * 10_000) / 10;
    const { trust: trustScore } = request.agent;
    return {
      decisionId: newEventId(request.at),
      decision,
      allowed,
      reason,
      policyRevision,
      policies: matched,
      obligations,
      decidedBy: 'local',
      ...(shadowDecision !== undefined && { shadowDecision }),
      ...(shadowMatched !== undefined && { shadowPolicies: shadowMatched }),
      ...(trustScore !== undefined && { trustScore }),
      evalMicros,
    };
  }
}

/** Whether the platform would take this, as far as can be seen at a glance; the rest needs a closer look. */
export function isOrdinary(question: AddressedQuestion): boolean {
  const { action, resource, userId, missionId, sessionId, phase, context, arguments: given } = question;
  return (
    isOrdinaryName(action) &&
    (resource === undefined || isOrdinaryName(resource)) &&
    (userId === undefined || isOrdinaryName(userId)) &&
    (missionId === undefined || isOrdinaryName(missionId)) &&
    (sessionId === undefined || isOrdinaryName(sessionId)) &&
    (phase === undefined || DECISION_PHASES.includes(phase)) &&
    (context === undefined || isObject(context)) &&
    (given === undefined || isObject(given))
  );
}

/** Programs without types put anything here; a pattern would make text of it. */
const isOrdinaryName = (name: unknown): boolean => typeof name === 'string' && ORDINARY.test(name);

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

function denied(
  { revision }: LoadedPolicies,
  reason: string,
  more: { unavailable?: true; stale?: true } = {},
): Decision {
  return {
    decisionId: newEventId(),
    decision: 'deny',
    allowed: false,
    reason,
    policyRevision: revision,
    policies: [],
    obligations: [],
    decidedBy: 'local',
    ...more,
  };
}

const WHY_NOT = 'the action is not known to be of low or medium risk';

const staleness = (ageMs: number): string =>
  ageMs === Infinity
    ? 'nobody has confirmed the policies since they were kept'
    : `nobody has confirmed the policies for ${Math.round(ageMs / 1_000)} s`;

const asStale = (decision: Decision, ageMs: number): Decision => ({
  ...decision,
  reason: `${decision.reason} (${staleness(ageMs)})`,
  stale: true,
});
