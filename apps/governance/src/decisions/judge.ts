import type { KnownAgent } from '@agion/service-kit';
import { evaluate, type PolicyRequest } from '@agion/policy-engine';
import type { OrganizationPolicies } from '../policies/policy-snapshots.service.js';
import type { TrustStanding } from '../trust/trust-scores.service.js';
import type { Judgement, Question } from './decision.js';

/** What is known about an agent when it asks. */
export interface Standing {
  policies: OrganizationPolicies;
  /** Null: not registered. */
  agent: KnownAgent | null;
  trust: TrustStanding;
}

/** Where and when. `clock` gives milliseconds, for measuring alone. */
export interface Circumstances {
  mode: string;
  /** Milliseconds since 1970. */
  at: number;
  clock: () => number;
}

const DENIED = {
  decision: 'deny',
  matched: [],
  winner: null,
  failingTerms: [],
  obligations: [],
  errors: [],
  shadowDecision: null,
  shadowMatched: [],
  policyRevision: null,
  trustScore: null,
  evalUs: null,
  request: null,
  fingerprint: null,
} as const satisfies Partial<Judgement>;

/** A denial because what a decision needs cannot be reached. */
export const UNAVAILABLE: Judgement = { ...DENIED, reason: 'what the decision depends on cannot be reached' };

/** The answer while nothing can be written down: nobody has looked at the policies. */
export const NOT_WRITTEN: Judgement = {
  ...DENIED,
  reason: 'the platform cannot write down what it decides, and so decides nothing',
};

/** What is answered, and written down about a request nobody waits for any more. */
export const TOO_LATE: Judgement = { ...DENIED, reason: 'the request was read after its deadline, and not decided' };

/** The decision: the platform's own rules first, then the policies. */
export function judge({ policies, agent, trust }: Standing, question: Question, where: Circumstances): Judgement {
  const known = {
    policyRevision: policies.revision,
    trustScore: trust.trustScore,
    fingerprint: agent?.fingerprint ?? null,
  };
  const forbidden = reasonAgainst(policies, agent, question.agentId);
  if (forbidden !== null) return { ...DENIED, ...known, reason: forbidden };
  const request = policyRequest(agent as KnownAgent, trust, question, where);
  const startedAt = where.clock();
  const decided = evaluate(policies.set, request);
  const evalUs = Math.round((where.clock() - startedAt) * 10_000) / 10;
  return {
    ...known,
    decision: decided.decision,
    matched: decided.matched,
    winner: decided.winner,
    reason: decided.reason,
    failingTerms: decided.failingTerms,
    obligations: decided.obligations,
    errors: decided.errors,
    shadowDecision: decided.shadowDecision ?? null,
    shadowMatched: decided.shadowMatched ?? [],
    evalUs,
    request,
  };
}

function reasonAgainst(policies: OrganizationPolicies, agent: KnownAgent | null, agentId: string): string | null {
  if (agent === null) return `\`${agentId}\` is not registered`;
  if (agent.status === 'retired' || agent.status === 'quarantined') return `\`${agentId}\` is ${agent.status}`;
  return policies.stopped ? 'the organization has stopped its agents' : null;
}

/** The engine's input: what the platform knows, and what the agent says in the places meant for that. */
export function policyRequest(
  agent: Pick<KnownAgent, 'id' | 'container' | 'type' | 'framework' | 'status'>,
  { trustScore, tier }: Pick<TrustStanding, 'trustScore' | 'tier'>,
  question: Question,
  { mode, at }: Pick<Circumstances, 'mode' | 'at'>,
): PolicyRequest {
  const { id, container, type, framework, status } = agent;
  const request: PolicyRequest = {
    agent: { id, status, trust: trustScore, tier },
    action: { name: question.action },
    env: { mode },
    arguments: question.arguments,
    context: question.context,
    at,
  };
  if (container !== null) request.agent.container = container;
  if (type !== null) request.agent.type = type;
  if (framework !== null) request.agent.framework = framework;
  if (question.resource !== null) request.resource = { name: question.resource };
  if (question.missionId !== null) request.mission = { id: question.missionId };
  return request;
}
