import type { KnownAgent } from '@agion/service-kit';
import { describe, expect, it } from '@jest/globals';
import { checkPolicy, compilePolicies, evaluate } from '@agion/policy-engine';
import type { OrganizationPolicies } from '../policies/policy-snapshots.service.js';
import { judge, policyRequest, type Standing } from './judge.js';
import { questionIn } from './question.js';

const ALLOW_ALL = checkPolicy({
  apiVersion: 'agion/v1',
  kind: 'Policy',
  metadata: { id: 'all' },
  spec: { effect: 'allow', scope: { agents: ['*'], actions: ['*'] } },
}).policy;
if (!ALLOW_ALL) throw new Error('the policy is not accepted');
const set = compilePolicies([{ document: ALLOW_ALL, version: 3 }], { revision: 7, defaultEffect: 'deny' });
const policies: OrganizationPolicies = {
  revision: 7,
  epoch: 0,
  stopped: false,
  defaultEffect: 'deny',
  set,
  policies: [],
  actions: [],
};
const agent: KnownAgent = {
  id: 'demo:echo',
  container: 'demo',
  type: 'chat',
  framework: null,
  status: 'active',
  fingerprint: 'build',
  delegatedBy: null,
  streamKeys: { generation: 1, previousUntil: null },
  registeredAt: new Date(0),
};
const trust = { score: 500, trustScore: 0.5, tier: 'standard', confidence: 0 } as const;
const standing: Standing = { policies, agent, trust };
const question = questionIn({ correlation_id: 'c', agent_id: 'demo:echo', action: 'read' });
const where = { mode: 'development', at: 1_000, clock: () => 0 };

describe('a judgement', () => {
  it('is the engine’s, with what it was given', () => {
    const judgement = judge(standing, question, where);
    const request = policyRequest(agent, trust, question, where);
    expect(judgement.request).toEqual(request);
    const { decision, matched, winner, reason, failingTerms, errors } = evaluate(set, request);
    expect(judgement).toMatchObject({ decision, matched, winner, reason, failingTerms, errors });
    expect(judgement).toMatchObject({
      decision: 'allow',
      policyRevision: 7,
      trustScore: 0.5,
      fingerprint: 'build',
      evalUs: 0,
    });
  });

  it.each<[string, Partial<Standing>, string]>([
    ['nobody has registered', { agent: null }, '`demo:echo` is not registered'],
    ['is retired', { agent: { ...agent, status: 'retired' } }, '`demo:echo` is retired'],
    ['is quarantined', { agent: { ...agent, status: 'quarantined' } }, '`demo:echo` is quarantined'],
    [
      'belongs to an organization that has stopped',
      { policies: { ...policies, stopped: true } },
      'the organization has stopped its agents',
    ],
  ])('of an agent that %s is a denial whatever policies say', (_, change, reason) => {
    const judgement = judge({ ...standing, ...change }, question, where);
    expect(judgement).toMatchObject({ decision: 'deny', reason, policyRevision: 7, request: null, matched: [] });
  });

  it('of a stale or offline agent is up to the policies', () => {
    for (const status of ['stale', 'offline'] as const)
      expect(judge({ ...standing, agent: { ...agent, status } }, question, where).decision).toBe('allow');
  });
});

describe('what the engine is given', () => {
  it('has the platform’s word about the agent, and the agent’s only where that belongs', () => {
    const asked = questionIn({
      correlation_id: 'c',
      agent_id: 'demo:echo',
      action: 'send',
      resource: 'smtp',
      user_id: 'ada',
      mission_id: 'm',
      session_id: 's',
      context: { amount: 5, trust: 1 },
      arguments: { to: 'x' },
    });
    expect(policyRequest(agent, trust, asked, where)).toEqual({
      agent: { id: 'demo:echo', container: 'demo', type: 'chat', status: 'active', trust: 0.5, tier: 'standard' },
      action: { name: 'send' },
      resource: { name: 'smtp' },
      mission: { id: 'm' },
      env: { mode: 'development' },
      context: { amount: 5, trust: 1 },
      arguments: { to: 'x' },
      at: 1_000,
    });
  });

  it('has nothing that is not known', () => {
    const request = policyRequest({ ...agent, container: null, type: null }, trust, question, where);
    expect(Object.keys(request.agent).sort()).toEqual(['id', 'status', 'tier', 'trust']);
    expect(request).not.toHaveProperty('resource');
    expect(request).not.toHaveProperty('user');
  });
});
