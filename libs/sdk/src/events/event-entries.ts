import { encodeEntry, type EntryFields } from '@agion/messaging';
import { SEVERITIES, STREAMS, TRUST_DIMENSIONS } from '@agion/wire';
import type { OutgoingEntry } from './event-outlet.js';
import { newEventId } from './event-id.js';
import type { ExecutionReport, FeedbackEvent, MissionEvent, TrustEvent } from './events.js';
import { InvalidInputError } from '../input/input.errors.js';
import {
  faultsIn,
  isAgent,
  isEventId,
  isEventName,
  isFacts,
  isNumber,
  isOneOf,
  isText,
  isTime,
  isUuid,
  isWhole,
  type Rules,
} from '../input/field-rules.js';

const NAME = 200;
const FACTS = 8_192;
const PAYLOAD = 256 * 1024;

const OF_ALL = {
  agentId: { rule: isAgent, required: true },
  at: { rule: isTime },
  eventId: { rule: isEventId },
} as const;

const TRUST: Rules<TrustEvent> = {
  ...OF_ALL,
  eventType: { rule: isEventName, required: true },
  severity: { rule: isOneOf([...SEVERITIES, 'negative']), required: true },
  impact: { rule: isNumber(-1, 1), required: true },
  dimension: { rule: isOneOf(TRUST_DIMENSIONS) },
  context: { rule: isFacts(FACTS) },
};

const FEEDBACK: Rules<FeedbackEvent> = {
  ...OF_ALL,
  rating: { rule: isWhole(1, 5) },
  thumb: { rule: isOneOf(['up', 'down']) },
  comment: { rule: isText(2_000, { least: 0, lines: true }) },
  executionId: { rule: isText(NAME) },
  userId: { rule: isText(NAME) },
};

const MISSION: Rules<MissionEvent> = {
  ...OF_ALL,
  missionId: { rule: isUuid, required: true },
  eventType: { rule: isEventName, required: true },
  taskId: { rule: isEventName },
  payload: { rule: isFacts(PAYLOAD) },
};

const REPORT: Rules<ExecutionReport> = {
  agentId: OF_ALL.agentId,
  action: { rule: isText(NAME), required: true },
  status: { rule: isOneOf(['succeeded', 'failed', 'cancelled', 'timed_out']), required: true },
  executionId: { rule: isText(NAME) },
  decisionId: { rule: isText(NAME) },
  missionId: { rule: isText(NAME) },
  taskId: { rule: isText(NAME) },
  startedAt: { rule: isTime },
  durationMs: { rule: isNumber(0) },
  error: { rule: isText(FACTS, { least: 0, lines: true }) },
  usage: { rule: isFacts(FACTS) },
  metrics: { rule: isFacts(FACTS) },
  reportId: { rule: isEventName },
};

/** An event as it stands on its stream, and the id it is recorded under. The caller's objects are not held: they may change. */
export interface EventEntry extends OutgoingEntry {
  readonly id: string;
}

/** @throws InvalidInputError, as all of these */
export function trustEntry(event: TrustEvent, now = new Date()): EventEntry {
  refuse(faultsIn(event, TRUST));
  const { eventId: id = newEventId(), agentId, eventType, severity, impact, dimension, context, at = now } = event;
  const fields = { event_id: id, agent_id: agentId, event_type: eventType, severity, impact, dimension, context };
  return { id, stream: STREAMS.trust, fields: encoded({ ...fields, timestamp: at }) };
}

export function feedbackEntry(event: FeedbackEvent, now = new Date()): EventEntry {
  const faults = faultsIn(event, FEEDBACK);
  if ((event.rating === undefined) === (event.thumb === undefined))
    faults.push({ field: 'rating', detail: 'or `thumb` must be given, and not both' });
  refuse(faults);
  const { eventId: id = newEventId(), agentId, rating, thumb, comment, executionId, userId, at = now } = event;
  const fields = { event_id: id, agent_id: agentId, rating, thumb, comment };
  return {
    id,
    stream: STREAMS.feedback,
    fields: encoded({ ...fields, execution_id: executionId, user_id: userId, timestamp: at }),
  };
}

export function missionEntry(event: MissionEvent, now = new Date()): EventEntry {
  refuse(faultsIn(event, MISSION));
  const { eventId: id = newEventId(), agentId, missionId, eventType, taskId, payload, at = now } = event;
  const fields = { event_id: id, agent_id: agentId, mission_id: missionId, event_type: eventType, task_id: taskId };
  return { id, stream: STREAMS.missions, fields: encoded({ ...fields, payload, timestamp: at }) };
}

export function reportEntry(report: ExecutionReport): EventEntry {
  refuse(faultsIn(report, REPORT));
  const { reportId: id = newEventId(), agentId, action, status, executionId, decisionId, missionId, taskId } = report;
  const { startedAt, durationMs, error, usage, metrics } = report;
  return {
    id,
    stream: STREAMS.executionReports,
    fields: encoded({
      report_id: id,
      agent_id: agentId,
      action,
      status,
      execution_id: executionId,
      decision_id: decisionId,
      mission_id: missionId,
      task_id: taskId,
      started_at: startedAt,
      duration_ms: durationMs,
      error,
      usage,
      metrics,
    }),
  };
}

function refuse(faults: InvalidInputError['faults']): void {
  if (faults.length > 0) throw new InvalidInputError(faults);
}

const encoded = (values: Record<string, unknown>): EntryFields => encodeEntry(values);
