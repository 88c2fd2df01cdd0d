import type { LocalDecisionEntryDto } from '@agion/dto';
import { isStorableText, parseInstant } from '@agion/dto';
import { isKnownObligation, type Obligation } from '@agion/policy-engine';
import type { Decision, KeptRequest, NewDecision } from './decision.js';
import { timeInId } from './decision-id.js';
import { MOST_KEPT_BYTES, withoutRedacted } from './kept-request.js';

const MOST_LISTED = 100;
const MOST_TEXT = 500;

/** A decision the SDK made by itself, as the ledger gets it. What it says of policies is taken as far as it has their form. */
export function localDecision(
  entry: LocalDecisionEntryDto,
  { organizationId, takenAt, fingerprint }: { organizationId: string; takenAt: Date; fingerprint: string | null },
): NewDecision {
  const matched = listOf(entry.policies, matchedIn);
  const obligations = listOf(entry.obligations, obligationIn);
  return {
    organizationId,
    decisionId: entry.decision_id.toLowerCase(),
    agentId: entry.agent_id,
    action: entry.action,
    resource: entry.resource ?? null,
    decision: entry.decision,
    matched,
    winner: entry.winner === undefined ? null : winnerIn(entry.winner, matched),
    reason: entry.reason ?? 'decided by the SDK',
    failingTerms: [],
    obligations,
    errors: listOf(entry.errors, errorIn),
    shadowDecision: entry.shadow_decision ?? null,
    shadowMatched: listOf(entry.shadow_policies, matchedIn),
    policyRevision: entry.error === undefined ? Number(entry.policy_revision) : null,
    trustScore: entry.trust_score === undefined ? null : Number(entry.trust_score),
    evalUs: entry.eval_us === undefined ? null : Number(entry.eval_us),
    request: withoutRedacted(requestIn(entry), obligations),
    fingerprint,
    source: 'local',
    answered: true,
    correlationId: null,
    replyTo: null,
    missionId: entry.mission_id ?? null,
    sessionId: entry.session_id ?? null,
    userId: entry.user_id ?? null,
    executionId: entry.execution_id ?? null,
    at: believable(parseInstant(entry.at), takenAt),
  };
}

const DAY = 24 * 60 * 60 * 1_000;
/** Milliseconds an SDK may have kept a decision to itself while Redis was away, and by which its clock may be ahead. */
const MOST_BEFORE = 7 * DAY;
const MOST_AFTER = 60 * 1_000;

/**
 * What is wrong with the id of a decision that was told of at this time (milliseconds since 1970): the ledger is kept by the time in
 * it. A clock that is wrong by less than a day does no harm there.
 */
export function faultInId(decisionId: string, toldAt: number): string | null {
  const ahead = timeInId(decisionId) - toldAt;
  return ahead <= DAY && ahead >= -MOST_BEFORE
    ? null
    : 'must be made when the decision was: its time is more than seven days ago or a day ahead';
}

function believable(claimed: Date | null, taken: Date): Date {
  const ahead = claimed === null ? NaN : claimed.getTime() - taken.getTime();
  return claimed !== null && ahead <= MOST_AFTER && ahead >= -MOST_BEFORE ? claimed : taken;
}

function requestIn({
  context = {},
  arguments: given = {},
  agent_id: id,
  action,
  resource,
  mission_id: mission,
  phase,
}: LocalDecisionEntryDto): KeptRequest {
  const bytes = Buffer.byteLength(JSON.stringify(context)) + Buffer.byteLength(JSON.stringify(given));
  const fits = bytes <= MOST_KEPT_BYTES;
  return {
    agent: { id },
    action: { name: action },
    ...(resource !== undefined && { resource: { name: resource } }),
    ...(mission !== undefined && { mission: { id: mission } }),
    env: { mode: '' },
    arguments: fits ? given : {},
    context: fits ? context : {},
    ...(!fits && { truncated: true as const }),
    ...(phase !== undefined && { phase }),
  };
}

function winnerIn(text: string, matched: Decision['matched']): Decision['winner'] {
  try {
    const reference = referenceIn(JSON.parse(text));
    if (reference && isStorableText(reference.policy)) return reference;
  } catch {
    // an id alone
  }
  return { policy: cut(text), version: matched.find(({ policy }) => policy === text)?.version ?? 0 };
}

/** Not in the middle of a character: Postgres keeps no half of one. */
const cut = (text: string): string => (text.length > MOST_TEXT ? text.slice(0, MOST_TEXT).toWellFormed() : text);

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const listOf = <T>(list: readonly unknown[] | undefined, read: (value: unknown) => T | null): T[] =>
  (list ?? []).slice(0, MOST_LISTED).flatMap((value) => read(value) ?? []);

function referenceIn(value: unknown): { policy: string; version: number } | null {
  if (!isRecord(value) || typeof value.policy !== 'string') return null;
  return { policy: cut(value.policy), version: wholeNumber(value.version) };
}

function matchedIn(value: unknown): Decision['matched'][number] | null {
  const reference = referenceIn(value);
  if (!reference || !isRecord(value) || (value.effect !== 'allow' && value.effect !== 'deny')) return null;
  return { ...reference, effect: value.effect, priority: wholeNumber(value.priority) };
}

function errorIn(value: unknown): Decision['errors'][number] | null {
  const reference = referenceIn(value);
  if (!reference || !isRecord(value) || typeof value.detail !== 'string') return null;
  return { policy: reference.policy, detail: cut(value.detail) };
}

const obligationIn = (value: unknown): Obligation | null => (isKnownObligation(value) ? value : null);

const LARGEST = 2_147_483_647;
const wholeNumber = (value: unknown): number =>
  Number.isInteger(value) && Math.abs(value as number) <= LARGEST ? (value as number) : 0;
