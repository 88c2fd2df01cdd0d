import type {
  TrustCeilingDto,
  TrustDto,
  TrustEventDto,
  TrustExplanationDto,
  TrustHistoryDto,
  TrustWhatIfDto,
} from '@agion/dto';
import {
  contributionsOf,
  endOf,
  nextTierOf,
  oneDecimal,
  outlookOf,
  pointsOfDimension,
  type EvidenceGroup,
} from './trust-explanation.js';
import type { RecordedEvidence } from './trust-events.store.js';
import type { HistoryPoint } from './trust-history.js';
import type { AppliedCeiling, TrustScore } from './trust-score.js';
import { trustScoreOf } from './trust-scores.service.js';
import type { ExplainedScore } from './trust.service.js';

export const toTrustDto = (found: ExplainedScore): TrustDto => ({
  agent_id: found.evidence.agentId,
  score: found.score,
  trust_score: trustScoreOf(found.score),
  tier: found.tier,
  confidence: thousandths(found.confidence),
  ceilings: found.ceilings.map((applied) => toCeilingDto(applied, found.evidence.agentId)),
});

export const toExplanationDto = (
  found: ExplainedScore,
  groups: readonly EvidenceGroup[],
  at: Date,
): TrustExplanationDto => ({
  ...toTrustDto(found),
  uncapped_score: found.uncapped,
  dimensions: found.parts.map((part) => ({
    dimension: part.dimension,
    exponent: part.exponent,
    p: thousandths(part.p),
    positive: thousandths(part.positive),
    negative: thousandths(part.negative),
    points: oneDecimal(pointsOfDimension(found.parts, part)),
  })),
  contributions: contributionsOf(found.parts, groups).map((group) => ({
    event_type: group.eventType,
    dimension: group.dimension,
    source: group.source,
    events: group.events,
    weight: thousandths(group.positive ? group.weight : -group.weight),
    points: oneDecimal(group.points),
    last_at: group.lastAt.toISOString(),
  })),
  outlook: outlookOf(found.evidence, at).map(({ uncapped, ...point }) => ({ ...point, uncapped_score: uncapped })),
  next_tier: nextTierOf(found),
});

export const toTrustEventDto = (event: RecordedEvidence): TrustEventDto => ({
  event_id: event.eventId,
  event_type: event.eventType,
  severity: event.severity,
  impact: event.impact,
  dimension: event.dimension,
  source: event.source,
  weight: event.weight,
  reporter: event.reporter,
  context: event.context,
  at: event.at.toISOString(),
});

export const toHistoryDto = (agentId: string, points: readonly HistoryPoint[]): TrustHistoryDto => ({
  agent_id: agentId,
  points: points.map(({ at, found }) => ({
    at: at.toISOString(),
    score: found.score,
    uncapped_score: found.uncapped,
    tier: found.tier,
    ceilings: found.ceilings.map(({ kind }) => kind),
  })),
});

/** What would become of the score, and by how much it differs from what it is. */
export const toWhatIfDto = (found: ExplainedScore, then: TrustScore): TrustWhatIfDto => ({
  score: then.score,
  uncapped_score: then.uncapped,
  tier: then.tier,
  change: oneDecimal(then.score - found.score),
});

const toCeilingDto = (applied: AppliedCeiling, agentId: string): TrustCeilingDto => ({
  id: applied.ceiling?.id ?? null,
  agent_id: applied.ceiling?.agentId ?? applied.delegatedBy ?? agentId,
  kind: applied.kind,
  limit: applied.limit,
  since: applied.ceiling?.since.toISOString() ?? null,
  until: applied.ceiling?.until?.toISOString() ?? null,
  reason: reasonOf(applied, agentId),
  lifted_by: endOf(applied),
});

function reasonOf({ kind, ceiling, delegatedBy }: AppliedCeiling, agentId: string): string {
  if (kind === 'delegation') return `it acts on behalf of \`${delegatedBy ?? ''}\` and is never trusted further`;
  if (kind === 'unverified') return 'too little positive evidence by the platform or people';
  if (kind === 'fingerprint') return 'its model, prompt or code has changed';
  const inherited = ceiling !== null && ceiling.agentId !== agentId;
  return inherited
    ? `a critical event of \`${ceiling.agentId}\`, of the same container`
    : `the critical event \`${ceiling?.reference ?? ''}\``;
}

const thousandths = (value: number): number => Math.round(value * 1_000) / 1_000;
