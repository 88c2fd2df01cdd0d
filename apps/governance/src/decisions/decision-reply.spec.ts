import { describe, expect, it } from '@jest/globals';
import { judgementIn, replyFields } from './decision-reply.js';
import { decisionIdOf, requestTime, timeInId } from './decision-id.js';
import type { Judgement } from './decision.js';
import { UNAVAILABLE } from './judge.js';
import { keptRequest, MOST_KEPT_BYTES } from './kept-request.js';

const judgement: Judgement = {
  decision: 'deny',
  matched: [{ policy: 'cap', version: 2, effect: 'deny', priority: 5 }],
  winner: { policy: 'cap', version: 2 },
  reason: 'too much',
  failingTerms: [],
  obligations: [],
  errors: [],
  shadowDecision: null,
  shadowMatched: [],
  policyRevision: 7,
  trustScore: 0.5,
  evalUs: 1.5,
  request: null,
  fingerprint: null,
};

describe('a reply', () => {
  it('can be read back after a crash', () => {
    for (const one of [judgement, { ...judgement, decision: 'allow' as const, matched: [], winner: null }, UNAVAILABLE])
      expect(judgementIn(replyFields('c', 'd', one))).toEqual(one);
  });

  it('is not made of whatever stands in the stream', () => {
    const sound = replyFields('c', 'd', judgement);
    const broken: Record<string, string>[] = [
      { policies: '{' },
      { decision: 'maybe' },
      { obligations: '[' },
      { policies: 'null' },
    ];
    for (const field of broken) expect(judgementIn({ ...sound, ...field })).toBeNull();
  });
});

describe('the id of a decision', () => {
  const organizationId = '00000000-0000-7000-8000-000000000001';
  const of = (identity: string, given: object = {}): string =>
    decisionIdOf({ organizationId, identity, time: 1_700_000_000_000, ...given });

  it('is a version 8 UUID that depends on organization, entry and its time alone', () => {
    const id = of('1700000000000-0');
    expect(id).toMatch(/^018bcfe5-6800-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(of('1700000000000-0')).toBe(id);
    expect(of('1700000000000-1')).not.toBe(id);
    expect(of('1700000000000-0', { organizationId: '00000000-0000-7000-8000-000000000002' })).not.toBe(id);
    expect(timeInId(id)).toBe(1_700_000_000_000);
  });

  it('begins with zeros when its time has no room in it', () => {
    for (const time of [-1, NaN, 2 ** 48, 1e300]) expect(timeInId(of('x', { time }))).toBe(0);
  });

  it('has the time Redis took the request; of a signed one the time it says, else the month', () => {
    const taken = Date.UTC(2026, 4, 17, 10);
    expect(requestTime('nobody', '2020-01-01T00:00:00Z', taken)).toBe(taken);
    expect(requestTime('agent', '2026-05-16T00:00:00Z', taken)).toBe(Date.UTC(2026, 4, 16));
    expect(requestTime('agent', undefined, taken)).toBe(Date.UTC(2026, 4));
    expect(requestTime('agent', 'soon', taken)).toBe(Date.UTC(2026, 4));
  });
});

describe('what is kept of a request', () => {
  const request = { agent: { id: 'a' }, action: { name: 'x' }, env: { mode: 'm' }, arguments: {}, context: {}, at: 5 };

  it('is all of it but the time, up to 8 KB', () => {
    const context = { text: 'x'.repeat(MOST_KEPT_BYTES - 2 - '{"text":""}'.length) };
    expect(keptRequest({ ...request, context })).toEqual({
      agent: { id: 'a' },
      action: { name: 'x' },
      env: { mode: 'm' },
      arguments: {},
      context,
    });
    const larger = { text: `${context.text}x` };
    expect(keptRequest({ ...request, context: larger })).toMatchObject({ context: {}, arguments: {}, truncated: true });
  });
});
