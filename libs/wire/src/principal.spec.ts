import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_ORGANIZATION } from './organization.js';
import { hasRole, type Principal, rolloutBucket, speaksFor } from './principal.js';

const principal = (parts: Partial<Principal>): Principal => ({
  kind: 'user',
  subject: 'someone',
  organization: DEFAULT_ORGANIZATION,
  role: null,
  groups: [],
  ...parts,
});

describe('who speaks for an agent', () => {
  test('itself, and its container', () => {
    expect(speaksFor(principal({ kind: 'agent', agentId: 'crew:writer' }), 'crew:writer')).toBe(true);
    expect(speaksFor(principal({ kind: 'container', containerId: 'crew' }), 'crew:writer')).toBe(true);
  });

  test('nobody else, whatever the names look like', () => {
    expect(speaksFor(principal({ kind: 'agent', agentId: 'crew:writer' }), 'crew:editor')).toBe(false);
    expect(speaksFor(principal({ kind: 'container', containerId: 'crew' }), 'crew2:writer')).toBe(false);
    expect(speaksFor(principal({ kind: 'container', containerId: 'crew' }), 'crew')).toBe(false);
    expect(speaksFor(principal({ kind: 'container' }), 'writer')).toBe(false);
    expect(speaksFor(principal({ role: 'admin' }), 'crew:writer')).toBe(false);
  });
});

test('roles include those below them', () => {
  expect(hasRole(principal({ role: 'admin' }), 'operator')).toBe(true);
  expect(hasRole(principal({ role: 'operator' }), 'operator')).toBe(true);
  expect(hasRole(principal({ role: 'viewer' }), 'operator')).toBe(false);
  expect(hasRole(principal({ kind: 'agent' }), 'viewer')).toBe(false);
});

describe('the slice of a rollout', () => {
  test('is between 0 and 99 and even enough that 10 % means about 10 %', () => {
    fc.assert(fc.property(fc.string(), (subject) => expect(rolloutBucket(subject)).toBeLessThan(100)));
    const hits = Array.from({ length: 10_000 }, (_, n) => rolloutBucket(`container:agent-${n}`)).filter(
      (slice) => slice < 10,
    );
    expect(hits.length).toBeGreaterThan(800);
    expect(hits.length).toBeLessThan(1_200);
  });

  test('does not move between releases', () => {
    expect([rolloutBucket('langgraph-v2:chart_generator'), rolloutBucket('crew:writer'), rolloutBucket('')]).toEqual([
      58, 93, 61,
    ]);
  });
});
