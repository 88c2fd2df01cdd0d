import { describe, expect, it } from '@jest/globals';
import { checkPolicy, compilePolicies } from '@agion/policy-engine';
import type { RecordedDecision } from './decision.js';
import { explanationOf } from './explanation.js';

const { policy } = checkPolicy({
  apiVersion: 'agion/v1',
  kind: 'Policy',
  metadata: { id: 'p' },
  spec: { scope: { agents: ['*'], actions: ['*'] }, effect: 'allow', condition: 'context.key != "[redacted]"' },
});
const set = compilePolicies(policy ? [{ document: policy, version: 1 }] : [], { revision: 1, defaultEffect: 'deny' });

const decided = (context: Record<string, unknown>): RecordedDecision => ({
  organizationId: 'o',
  decisionId: 'd',
  agentId: 'demo:echo',
  action: 'read',
  resource: null,
  decision: 'allow',
  matched: [],
  winner: null,
  reason: '',
  failingTerms: [],
  obligations: [],
  errors: [],
  shadowDecision: null,
  policyRevision: 1,
  trustScore: 0.5,
  evalUs: 1,
  request: { agent: { id: 'demo:echo' }, action: { name: 'read' }, env: { mode: 'test' }, arguments: {}, context },
  source: 'http',
  answered: true,
  correlationId: null,
  replyTo: null,
  missionId: null,
  sessionId: null,
  userId: null,
  executionId: null,
  phase: null,
  inputs: 'kept',
  outcome: 'none',
  at: new Date(),
  recordedAt: new Date(),
});

describe('an explanation', () => {
  it('needs no note when it comes to the same', () => {
    expect(explanationOf(decided({ key: 'k' }), set).note).toBeNull();
  });

  it('does not claim to know why it comes out differently', () => {
    expect(explanationOf(decided({ key: '[redacted]' }), set).note).toBe(
      'asked again today it would be `deny`: the default effect has changed since, or the record leaves something out, as it does with secrets and with what policies redact',
    );
  });

  it('says with what it would have been allowed, unless something has been redacted', () => {
    const denied = (context: Record<string, unknown>) => explanationOf({ ...decided(context), decision: 'deny' }, set);
    expect(denied({}).remedies).toEqual(['`context.key` other than `"[redacted]"`']);
    expect(denied({ other: '[redacted]' }).remedies).toEqual([]);
    expect(explanationOf(decided({ key: 'k' }), set).remedies).toEqual([]);
  });
});
