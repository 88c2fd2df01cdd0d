import { describe, expect, it } from '@jest/globals';
import type { OutgoingEntry } from '../events/event-outlet.js';
import { decidedLocally } from '../../test/decided-locally.js';
import type { Decision } from './decision.js';
import { type DecisionLog } from '../options.js';
import { DecisionRecorder } from './decision-recorder.js';

const QUESTION = {
  agentId: 'demo:echo',
  action: 'send_email',
  context: { amount: 5 },
  resource: 'mailbox',
  userId: 'ada',
};
const AT = Date.parse('2026-03-04T12:00:00Z');

const decision = (effect: string): Decision => {
  const made = decidedLocally({ policies: [{ id: 'mail', effect, message: 'so it is' }], trust: 0.25 }).local.make(
    QUESTION,
  );
  if (!made) throw new Error('not decided');
  return made;
};

/** Records one of each and shows what went on. */
function recorded(
  log: DecisionLog,
  { takes = true, random = 0.3 } = {},
): {
  entries: (OutgoingEntry & { urgent: boolean | undefined })[];
  recorder: DecisionRecorder;
} {
  const entries: (OutgoingEntry & { urgent: boolean | undefined })[] = [];
  const sink = {
    add: (entry: OutgoingEntry, options?: { urgent?: boolean }): boolean => {
      entries.push({ ...entry, urgent: options?.urgent });
      return takes;
    },
  };
  const recorder = new DecisionRecorder({ sink, log, random: () => random });
  recorder.record(QUESTION, decision('allow'), AT);
  recorder.record(QUESTION, decision('deny'), AT);
  return { entries, recorder };
}

describe('a decision on its way to the ledger', () => {
  it('is an entry of the stream for decisions made by agents', () => {
    const [entry] = recorded('all').entries;
    expect(entry).toEqual({
      stream: 'agion:events:decisions',
      urgent: false,
      fields: {
        decision_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        agent_id: 'demo:echo',
        action: 'send_email',
        decision: 'allow',
        policy_revision: '7',
        at: '2026-03-04T12:00:00.000Z',
        reason: 'so it is',
        winner: '{"policy":"mail","version":1}',
        policies: '[{"policy":"mail","version":1,"effect":"allow","priority":500}]',
        context: '{"amount":5}',
        resource: 'mailbox',
        user_id: 'ada',
        trust_score: '0.25',
        eval_us: '0',
      },
    });
  });

  it('goes at once when it is a denial', () => {
    expect(recorded('all').entries.map(({ urgent, fields }) => [fields.decision, urgent])).toEqual([
      ['allow', false],
      ['deny', true],
    ]);
  });

  it.each([
    ['all', 0.99, 2],
    ['denied', 0, 1],
    ['sample:0.5', 0.49, 2],
    ['sample:0.5', 0.5, 1],
  ] as const)('is left out as the log says: %s', (log, random, count) => {
    const { entries, recorder } = recorded(log, { random });
    expect(entries).toHaveLength(count);
    expect(recorder.counts).toEqual({ recorded: count, leftOut: 2 - count, dropped: 0 });
    expect(entries.some(({ fields }) => fields.decision === 'deny')).toBe(true);
  });

  it('is counted when there is no room for it', () => {
    expect(recorded('all', { takes: false }).recorder.counts).toEqual({ recorded: 0, leftOut: 0, dropped: 2 });
  });

  it('is kept back when nobody has decided', () => {
    const { entries, recorder } = recorded('all');
    recorder.record(QUESTION, { ...decision('deny'), unavailable: true }, AT);
    expect(entries).toHaveLength(2);
  });

  it('says what had to be done and what the shadow would have changed, without what was redacted', () => {
    const { entries, recorder } = recorded('all');
    const shadow = [{ policy: 'stricter', version: 2, effect: 'deny', priority: 500 }];
    const made = { ...decision('allow'), shadowDecision: 'deny' as const, shadowPolicies: shadow };
    recorder.record(QUESTION, { ...made, obligations: [{ type: 'redact', path: 'context.amount' }] }, AT);
    expect(entries.at(-1)?.fields).toMatchObject({
      obligations: '[{"type":"redact","path":"context.amount"}]',
      context: '{"amount":"[redacted]"}',
      shadow_decision: 'deny',
      shadow_policies: JSON.stringify(shadow),
    });
  });

  it('prints numbers without exponents', () => {
    const { entries, recorder } = recorded('all');
    recorder.record(QUESTION, { ...decision('allow'), trustScore: 1e-9, evalMicros: 0.1 + 0.2 }, AT);
    expect(entries.at(-1)?.fields).toMatchObject({ trust_score: '0', eval_us: '0.3' });
  });

  it('tells of a denial because policies were stale, and of no other for want of a decision', () => {
    const entries: OutgoingEntry[] = [];
    const recorder = new DecisionRecorder({ sink: { add: (entry) => entries.push(entry) > 0 }, log: 'denied' });
    for (const standing of ['none', 'stale'] as const) {
      const made = decidedLocally({ standing, ageMs: 960_000 }).local.make(QUESTION);
      if (made) recorder.record(QUESTION, made, AT);
    }
    expect(entries.map(({ fields }) => fields)).toMatchObject([
      { decision: 'deny', error: 'unavailable', reason: expect.stringContaining('960 s') },
    ]);
  });
});
