import type { ActionDefinition } from '@agion/policy-engine';
import { AgentStanding } from '../src/decisions/agent-standing.js';
import { type KeptPolicies, LocalDecisions, type LocalDecisionsOptions } from '../src/decisions/local-decisions.js';
import { loadPolicies } from '../src/policies/loaded-policies.js';
import { wholeBundle } from '../src/policies/policy-bundle.js';
import { actionsOnTheWire } from '../src/policies/synced-actions.js';
import { ManualClock } from './manual-clock.js';
import { aSyncedPolicy, type Sketch } from './signed-policies.js';

export interface Scene {
  policies?: readonly Sketch[];
  actions?: readonly ActionDefinition[];
  defaultEffect?: 'allow' | 'deny';
  standing?: KeptPolicies['standing'];
  isStopped?: boolean;
  ageMs?: number;
  trust?: number;
  isRetired?: boolean;
  isRefused?: boolean;
  risks?: Record<string, 'low' | 'medium' | 'high'>;
  description?: AgentStanding['description'];
  options?: Partial<LocalDecisionsOptions>;
}

/** Decisions of `demo:echo` by these policies. */
export function decidedLocally({ policies = [], defaultEffect = 'deny', ...scene }: Scene): {
  local: LocalDecisions;
  clock: ManualClock;
} {
  const clock = new ManualClock(Date.parse('2026-03-04T12:00:00Z'));
  const standing = new AgentStanding(clock, scene.description ?? {});
  if (scene.trust !== undefined) standing.heard({ trust: scene.trust });
  if (scene.isRetired) standing.retire();
  if (scene.isRefused) standing.refuse();
  const bundle = wholeBundle({
    ...{ revision: 7, epoch: 0, stopped: false, default_effect: defaultEffect },
    ...{ actions: actionsOnTheWire(scene.actions ?? []), digest: '', digest_signature: '' },
    policies: policies.map(aSyncedPolicy),
  });
  const { isStopped = false, ageMs = 0 } = scene;
  const loaded = loadPolicies(bundle, 'gateway');
  const current = scene.risks ? { ...loaded, risks: new Map(Object.entries(scene.risks)) } : loaded;
  const kept = { current, isStopped, ageMs, standing: scene.standing ?? 'fresh' };
  const local = new LocalDecisions({
    ...{ agentId: 'demo:echo', policies: kept, standing, failMode: 'deny', lowRiskActions: new Set(), clock },
    ...scene.options,
  });
  return { local, clock };
}
