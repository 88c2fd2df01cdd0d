import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isSignedBy, signAsAgent } from './agent-signature.js';

const KEY = 'agion_stk_one';
const STREAM = 'agion:events:trust';
const ENTRY = { agent_id: 'support:triage', event_type: 'task_completed', event_id: 'one' };

describe('the signature of an agent', () => {
  test('is what any language makes of sorted JSON without spaces', () => {
    const text =
      '{"fields":{"agent_id":"support:triage","event_id":"one","event_type":"task_completed"},"stream":"agion:events:trust"}';
    const expected = createHmac('sha256', KEY).update(text).digest('base64url');
    expect(signAsAgent(STREAM, ENTRY, KEY)).toEqual({ ...ENTRY, sig: expected });
  });

  test('holds for this entry, stream and key, and for nothing else', () => {
    const signed = signAsAgent(STREAM, ENTRY, KEY);
    expect(isSignedBy(STREAM, signed, KEY)).toBe(true);
    expect(isSignedBy(STREAM, signed, 'agion_stk_two')).toBe(false);
    expect(isSignedBy(`org:acme:${STREAM}`, signed, KEY)).toBe(false);
    expect(isSignedBy(STREAM, { ...signed, agent_id: 'support:other' }, KEY)).toBe(false);
    expect(isSignedBy(STREAM, { ...signed, impact: '1' }, KEY)).toBe(false);
  });

  test('is refused in any other form without a throw', () => {
    const own = fc.dictionary(fc.string(), fc.string());
    fc.assert(
      fc.property(own, fc.string({ unit: 'binary' }), (fields, sig) => {
        expect(isSignedBy(STREAM, { ...fields, sig }, KEY)).toBe(false);
        expect(isSignedBy(STREAM, signAsAgent(STREAM, fields, KEY), KEY)).toBe(true);
      }),
    );
    expect(isSignedBy(STREAM, ENTRY, KEY)).toBe(false);
  });
});
