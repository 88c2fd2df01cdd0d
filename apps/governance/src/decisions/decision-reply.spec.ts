import { describe, expect, it } from '@jest/globals';
import { judgementIn, replyFields } from './decision-reply.js';
import { decisionIdOf } from './decision-id.js';
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
  it('is a version 5 UUID that depends on organization and entry alone', () => {
    const id = decisionIdOf('00000000-0000-7000-8000-000000000001', '1700000000000-0');
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(decisionIdOf('00000000-0000-7000-8000-000000000001', '1700000000000-0')).toBe(id);
    expect(decisionIdOf('00000000-0000-7000-8000-000000000001', '1700000000000-1')).not.toBe(id);
    expect(decisionIdOf('00000000-0000-7000-8000-000000000002', '1700000000000-0')).not.toBe(id);
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
