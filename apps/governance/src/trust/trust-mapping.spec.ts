import { describe, expect, it } from '@jest/globals';
import { DEFAULT_ORGANIZATION, type Principal } from '@agion/wire';
import { dimensionOf, ratingOfThumb, severityOf, valueOf, valueOfRating, valueOfReport } from './trust-mapping.js';
import { sourceOfCaller, sourceOfEntry } from './trust-source.js';

describe('an event that does not name its dimension', () => {
  it.each([
    ['task_completed', 'reliability'],
    ['execution_failed', 'reliability'],
    ['task.completed', 'reliability'],
    ['policy_denied', 'compliance'],
    ['approval_refused', 'compliance'],
    ['security_breach', 'security'],
    ['guardrail_block', 'security'],
    ['forged_event', 'security'],
    ['feedback_given', 'feedback'],
    ['whatever', 'reliability'],
    ['policyholder', 'reliability'],
  ])('of the type %s speaks of %s', (type, dimension) => {
    expect(dimensionOf(type)).toBe(dimension);
  });
});

it('knows the severities, and `negative` as minor', () => {
  expect(['positive', 'neutral', 'minor', 'major', 'critical', 'negative', 'bad'].map(severityOf)).toEqual([
    'positive',
    'neutral',
    'minor',
    'major',
    'critical',
    'minor',
    null,
  ]);
});

it('values a guardrail’s block where the event does not say', () => {
  expect(valueOf('guardrail_blocked')).toEqual({ severity: 'minor', impact: -0.05 });
  expect(valueOf('guardrail_blocked', 'major')).toEqual({ severity: 'major', impact: -0.05 });
  expect(valueOf('guardrail_blocked', 'negative', -0.5)).toEqual({ severity: 'minor', impact: -0.5 });
  expect(dimensionOf('guardrail_blocked')).toBe('security');
});

it('values ratings and thumbs', () => {
  expect([5, 4, 3, 2, 1].map(valueOfRating)).toEqual([
    { dimension: 'feedback', severity: 'positive', impact: 0.1 },
    { dimension: 'feedback', severity: 'positive', impact: 0.05 },
    { dimension: 'feedback', severity: 'neutral', impact: 0 },
    { dimension: 'feedback', severity: 'minor', impact: -0.05 },
    { dimension: 'feedback', severity: 'minor', impact: -0.1 },
  ]);
  expect([ratingOfThumb('up'), ratingOfThumb('down')]).toEqual([4, 2]);
});

it('values reports', () => {
  expect((['succeeded', 'failed', 'timed_out', 'cancelled'] as const).map(valueOfReport)).toEqual([
    { dimension: 'reliability', severity: 'positive', impact: 0.05 },
    { dimension: 'reliability', severity: 'minor', impact: -0.05 },
    { dimension: 'reliability', severity: 'minor', impact: -0.05 },
    { dimension: 'reliability', severity: 'neutral', impact: 0 },
  ]);
});

describe('who vouches for evidence', () => {
  const principal = (kind: Principal['kind'], subject: string): Principal => ({
    kind,
    subject,
    organization: DEFAULT_ORGANIZATION,
    role: null,
    groups: [],
    ...(kind === 'agent' && { agentId: subject }),
    ...(kind === 'container' && { containerId: subject }),
  });

  it.each<[string, Principal, string]>([
    ['the agent itself', principal('agent', 'demo:a'), 'self'],
    ['its container', principal('container', 'demo'), 'self'],
    ['another agent', principal('agent', 'demo:b'), 'peer'],
    ['another container', principal('container', 'dem'), 'peer'],
    ['a service account', principal('service_account', 'ci'), 'peer'],
    ['a person', principal('user', 'ada'), 'person'],
  ])('is seen from the credentials of %s', (_, caller, source) => {
    expect(sourceOfCaller(caller, 'demo:a')).toBe(source);
  });

  it('is the platform when a service has signed the entry, else nobody but the agent', () => {
    expect(sourceOfEntry('execution')).toBe('platform');
    expect(sourceOfEntry('nobody')).toBe('self');
    expect(sourceOfEntry('agent')).toBe('self');
  });
});
