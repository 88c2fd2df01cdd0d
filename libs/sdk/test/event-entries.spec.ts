import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ExecutionReportEntryDto, FeedbackEntryDto, MissionEventEntryDto, TrustEventEntryDto } from '@agion/dto';
import { validated } from '@agion/service-kit';
import { type EventEntry, feedbackEntry, missionEntry, reportEntry, trustEntry } from '../src/events/event-entries.js';
import type { ExecutionReport, TrustEvent } from '../src/events/events.js';
import { InvalidInputError } from '../src/input/input.errors.js';

/** Whether the platform takes an entry. */
function isTaken(dto: new () => object, { fields }: EventEntry): boolean {
  try {
    validated(dto, { ...fields }, '');
    return true;
  } catch {
    return false;
  }
}

/** The entry, or null when it is refused at the call. */
function made<Event>(make: (event: Event) => EventEntry, event: Event): EventEntry | null {
  try {
    return make(event);
  } catch (error) {
    if (InvalidInputError.is(error)) return null;
    throw error;
  }
}

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
/** Anything, right or wrong, with what is right more often. */
const mixed = <T>(...right: fc.Arbitrary<unknown>[]): fc.Arbitrary<T> =>
  fc.oneof(
    ...right.map((arbitrary) => ({ arbitrary, weight: 6 })),
    { arbitrary: fc.string({ unit: 'binary', maxLength: 300 }), weight: 1 },
    { arbitrary: fc.anything(), weight: 1 },
  ) as fc.Arbitrary<T>;

const agentId = mixed<string>(fc.constantFrom('demo:a', 'demo', 'x.y_z-1:b'));
const word = mixed<string>(fc.constantFrom('task_completed', 'a.b:c-d', 'x'));
const text = mixed<string>(fc.string({ maxLength: 250 }), fc.string({ unit: 'grapheme', maxLength: 60 }));
const at = maybe(fc.date({ min: new Date(0), max: new Date('2100-01-01') }));
const facts = mixed<Record<string, unknown>>(
  fc.dictionary(fc.string(), fc.jsonValue()),
  fc.constant({ text: 'a\u0000b' }),
);
const frame = { agentId, at, eventId: maybe(mixed<string>(fc.constantFrom('e-1', 'A.b_9'))) };

const trust = fc.record({
  ...frame,
  eventType: word,
  severity: mixed<TrustEvent['severity']>(fc.constantFrom('positive', 'negative', 'critical')),
  impact: mixed<number>(fc.double({ min: -1.1, max: 1.1, noNaN: true }), fc.constantFrom(0, 1, -1, 1e-9)),
  dimension: maybe(mixed<'security'>(fc.constantFrom('security', 'feedback'))),
  context: maybe(facts),
});
const feedback = fc.record({
  ...frame,
  rating: maybe(mixed<number>(fc.integer({ min: 0, max: 6 }))),
  thumb: maybe(mixed<'up'>(fc.constantFrom('up', 'down'))),
  comment: maybe(text),
  executionId: maybe(text),
  userId: maybe(text),
});
const mission = fc.record({
  ...frame,
  missionId: mixed<string>(fc.uuid()),
  eventType: word,
  taskId: maybe(word),
  payload: maybe(facts),
});
const report = fc.record({
  agentId,
  action: text,
  status: mixed<ExecutionReport['status']>(fc.constantFrom('succeeded', 'failed', 'cancelled', 'timed_out')),
  executionId: maybe(text),
  decisionId: maybe(text),
  missionId: maybe(text),
  taskId: maybe(text),
  startedAt: at,
  durationMs: maybe(mixed<number>(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }))),
  error: maybe(text),
  usage: maybe(facts),
  metrics: maybe(facts),
  reportId: maybe(word),
});

describe('an event', () => {
  const never = (make: (event: never) => EventEntry, dto: new () => object, event: fc.Arbitrary<unknown>) => () => {
    let taken = 0;
    fc.assert(
      fc.property(event, (given) => {
        const entry = made(make, given as never);
        if (entry) expect(isTaken(dto, entry)).toBe(true);
        if (entry) taken += 1;
      }),
      { numRuns: 2_000 },
    );
    expect(taken).toBeGreaterThan(50);
  };

  it('of trust is refused at the call, or taken by the platform', never(trustEntry, TrustEventEntryDto, trust));
  it('of feedback is refused at the call, or taken by the platform', never(feedbackEntry, FeedbackEntryDto, feedback));
  it(
    'of a mission is refused at the call, or taken by the platform',
    never(missionEntry, MissionEventEntryDto, mission),
  );
  it(
    'of an execution is refused at the call, or taken by the platform',
    never(reportEntry, ExecutionReportEntryDto, report),
  );

  it('has an id of its own, the time of the call, and nothing that changes later', () => {
    const context = { rows: 1 };
    const event: TrustEvent = { agentId: 'demo:a', eventType: 'x', severity: 'positive', impact: 0.05, context };
    const now = new Date('2026-01-31T12:00:00Z');
    const [one, other] = [trustEntry(event, now), trustEntry(event, now)];
    context.rows = 2;
    expect(one.fields).toEqual({
      event_id: one.id,
      agent_id: 'demo:a',
      event_type: 'x',
      severity: 'positive',
      impact: '0.05',
      context: '{"rows":1}',
      timestamp: '2026-01-31T12:00:00.000Z',
    });
    expect(one.id).not.toBe(other.id);
  });

  it.each<[string, () => unknown, string[]]>([
    [
      'trust out of range',
      () => trustEntry({ agentId: 'demo:a', eventType: 'x', severity: 'positive', impact: 1.5 }),
      ['impact'],
    ],
    [
      'trust with two faults',
      () => trustEntry({ agentId: 'A', eventType: 'x y', severity: 'minor', impact: 0 }),
      ['agentId', 'eventType'],
    ],
    [
      'what is not a field',
      () =>
        trustEntry({ agentId: 'demo:a', eventType: 'x', severity: 'minor', impact: 0, event_id: 'x' } as TrustEvent),
      ['event_id'],
    ],
    ['a rating of 6', () => feedbackEntry({ agentId: 'demo:a', rating: 6 }), ['rating']],
    ['feedback that says nothing', () => feedbackEntry({ agentId: 'demo:a' }), ['rating']],
    ['feedback that says both', () => feedbackEntry({ agentId: 'demo:a', rating: 5, thumb: 'up' }), ['rating']],
    [
      'a mission that is none',
      () => missionEntry({ agentId: 'demo:a', missionId: '7', eventType: 'x' }),
      ['missionId'],
    ],
    [
      'a context above 8 KB',
      () =>
        trustEntry({
          agentId: 'demo:a',
          eventType: 'x',
          severity: 'minor',
          impact: 0,
          context: { text: 'x'.repeat(9_000) },
        }),
      ['context'],
    ],
    [
      'a report that lasts less than no time',
      () => reportEntry({ agentId: 'demo:a', action: 'x', status: 'failed', durationMs: -1 }),
      ['durationMs'],
    ],
  ])('is refused: %s', (_, make, fields) => {
    let refused: unknown;
    try {
      make();
    } catch (error) {
      refused = error;
    }
    expect(InvalidInputError.is(refused) && refused.faults.map(({ field }) => field)).toEqual(fields);
  });
});
