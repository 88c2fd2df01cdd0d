import { describe, expect, it } from '@jest/globals';
import { actionsOf, casesForAnSdk, documentOf } from '../../../policy-engine/test/case-table.js';
import { decidedLocally, type Scene } from '../../test/decided-locally.js';
import type { Sketch } from '../../test/signed-policies.js';
import type { AddressedQuestion } from '../governance/remote-check.js';
import { TRUST_HOLDS_MS } from './agent-standing.js';
import type { Decision } from './decision.js';
import { isOrdinary } from './local-decisions.js';

const QUESTION = { agentId: 'demo:echo', action: 'send_email' };
const ALLOW = { id: 'mail', effect: 'allow' };

const decide = (scene: Scene, question: Partial<AddressedQuestion> = {}): Decision | null =>
  decidedLocally(scene).local.make({ ...QUESTION, ...question });

describe('a decision in memory', () => {
  it('says what was decided, by which policies of which revision', () => {
    const decision = decide({ policies: [{ ...ALLOW, version: 3, message: 'mail is fine' }], trust: 0.5 });
    expect(decision).toEqual({
      decisionId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      decision: 'allow',
      allowed: true,
      reason: 'mail is fine',
      policyRevision: 7,
      policies: [{ policy: 'mail', version: 3, effect: 'allow', priority: 500 }],
      obligations: [],
      decidedBy: 'local',
      trustScore: 0.5,
      evalMicros: 0,
    });
  });

  it('sees context and arguments as they would look after their way to the platform', () => {
    const policies = [{ ...ALLOW, condition: 'context.at == "2026-01-31T12:00:00.000Z" && !("x" in arguments)' }];
    const question = { context: { at: new Date('2026-01-31T12:00:00Z') }, arguments: { x: undefined } };
    expect(decide({ policies }, question)?.allowed).toBe(true);
  });

  it.each([
    ['nothing was loaded', { standing: 'none' }, 'no policies have been loaded yet', true],
    ['the organization is stopped', { isStopped: true }, 'the organization has stopped its agents', undefined],
    ['the agent is retired', { isRetired: true }, '`demo:echo` is retired', undefined],
    ['its credentials are refused', { isRefused: true }, 'the platform refuses the credentials of `demo:echo`', true],
    [
      'the policies are stale',
      { standing: 'stale', ageMs: 960_000 },
      'nobody has confirmed the policies for 960 s, and the action is not known to be of low or medium risk',
      true,
    ],
  ] as const)('denies everything when %s', (_, scene, reason, unavailable) => {
    const decision = decide({ policies: [ALLOW], defaultEffect: 'allow', ...scene });
    expect(decision).toMatchObject({ decision: 'deny', allowed: false, reason, decidedBy: 'local' });
    expect(decision?.unavailable).toBe(unavailable);
  });

  it.each([
    ['that are told to be of low risk', { options: { lowRiskActions: new Set(['send_email']) } }],
    ['of every kind, when told to go on', { options: { failMode: 'last-known' } }],
    ['of low risk', { risks: { send_email: 'low' } }],
    ['of medium risk', { risks: { send_email: 'medium' } }],
  ] as [string, Scene][])('goes on with stale policies for actions %s, and says so', (_, scene) => {
    const decision = decide({ policies: [ALLOW], standing: 'stale', ageMs: 960_000, ...scene });
    expect(decision).toMatchObject({ allowed: true, stale: true });
    expect(decision?.reason).toMatch(/\(nobody has confirmed the policies for 960 s\)$/);
  });

  it.each<Scene['risks']>([{ send_email: 'high' }, { other: 'low' }])(
    'denies an action of high risk by stale policies, and one of which nobody knows: %j',
    (risks) => {
      const decision = decide({ policies: [ALLOW], standing: 'stale', ageMs: 960_000, ...(risks && { risks }) });
      expect(decision).toMatchObject({ allowed: false, unavailable: true, stale: true });
    },
  );

  it('is denied when the question cannot be written down', () => {
    const endless: Record<string, unknown> = {};
    endless.itself = endless;
    const scene = { policies: [{ ...ALLOW, condition: 'true' }] };
    expect(decide(scene, { context: endless })).toMatchObject({ allowed: false, unavailable: true });
    expect(decide(scene, { context: { n: 1n } })).toMatchObject({ allowed: false });
  });
});

describe('what is left to the platform', () => {
  const remote: [string, Sketch, Scene][] = [
    ['an approval', { ...ALLOW, effect: 'require_approval' }, {}],
    ['a limit', { ...ALLOW, limits: [{ kind: 'calls', max: 1, per: '1h' }] }, {}],
    ['an obligation nobody here knows', { ...ALLOW, obligations: [{ type: 'notify' }] }, {}],
    ['a mode nobody here knows', { ...ALLOW, mode: 'canary' }, {}],
    ['facts of the session', { ...ALLOW, condition: '"pii" in session.labels' }, {}],
    ['whatever a later release adds', { ...ALLOW, novelty: true }, {}],
    ['trust that nobody has told', { ...ALLOW, condition: 'agent.trust > 0.1' }, {}],
    ['the tier', { ...ALLOW, condition: 'agent.tier == "trusted"' }, { trust: 0.9 }],
    ['the status', { ...ALLOW, condition: 'agent.status == "active"' }, {}],
    ['the mode of the platform', { ...ALLOW, condition: 'env.mode == "production"' }, {}],
    ['a type that was not declared', { ...ALLOW, condition: 'agent.type == "bot"' }, {}],
  ];

  it.each(remote)('%s, when a question is in its scope', (_, sketch, scene) => {
    const policies = [sketch, { id: 'other', effect: 'allow', actions: ['call'] }];
    expect(decide({ policies: [{ ...sketch, actions: ['send_*'] }], ...scene })).toBeNull();
    const scoped = policies.map((policy) => ({ actions: ['send_*'], ...policy }));
    expect(decide({ policies: scoped, ...scene }, { action: 'call' })?.allowed).toBe(true);
  });

  it.each([
    ['no resource, which may be any', undefined, true],
    ['a resource in its scope', 'sales_db', true],
    ['another resource', 'hr_db', false],
  ])('a remote policy about some resources, when the question names %s', (_, resource, isRemote) => {
    const policies = [{ ...ALLOW, effect: 'require_approval', resources: ['sales_*'] }];
    expect(decide({ policies }, { ...(resource !== undefined && { resource }) }) === null).toBe(isRemote);
  });

  it('trust that was told too long ago', () => {
    const { local, clock } = decidedLocally({ policies: [{ ...ALLOW, condition: 'agent.trust > 0.4' }], trust: 0.5 });
    expect(local.make(QUESTION)?.allowed).toBe(true);
    clock.pass(TRUST_HOLDS_MS + 1);
    expect(local.make(QUESTION)).toBeNull();
  });

  it.each([
    'context.env == "prod"',
    'context . env == "prod"',
    'context.trust < 1.0 && context.session == "s" && arguments["x"].tier == 1',
    'agent.id == "demo:echo"',
  ])('nothing that only has the same name: %s', (condition) => {
    expect(decide({ policies: [{ ...ALLOW, condition }] })).not.toBeNull();
  });

  it.each([
    'env.mode == "prod"',
    '.env.mode == "prod"',
    '(env).mode == "prod"',
    '[agent].exists(a, a.trust > 0.5)',
    'agent\n.\ntrust > 0.5',
    'context.x in [agent.trust]',
    'true && "x" in session.labels',
    '// as context.\nenv.mode == "prod"',
  ])('what is named in another way: %s', (condition) => {
    expect(decide({ policies: [{ ...ALLOW, condition }] })).toBeNull();
  });

  it('nothing for the sake of a shadow policy, which has no part where only the platform could evaluate it', () => {
    const shadow = { id: 'shadow', effect: 'deny', mode: 'shadow' };
    for (const condition of ['env.mode == "x"', 'agent.tier == "new"', '"pii" in session.labels']) {
      const decision = decide({ policies: [ALLOW, { ...shadow, condition }] });
      expect(decision).toMatchObject({ allowed: true });
      expect(decision).not.toHaveProperty('shadowDecision');
    }
    expect(decide({ policies: [ALLOW, shadow] })).toMatchObject({
      allowed: true,
      shadowDecision: 'deny',
      shadowPolicies: [{ policy: 'shadow', effect: 'deny' }],
    });
  });

  it('other agents', () => {
    expect(decide({ policies: [ALLOW] }, { agentId: 'demo:other' })).toBeNull();
  });

  it('nothing of what the agent has declared itself', () => {
    const policies = [{ ...ALLOW, condition: 'agent.type == "bot" && agent.framework == "mastra"' }];
    const description = { type: 'bot', framework: 'mastra' };
    expect(decide({ policies, description })?.allowed).toBe(true);
  });
});

describe('a question at a glance', () => {
  it('is ordinary when its names are', () => {
    expect(isOrdinary({ ...QUESTION, resource: 'sales_db', phase: 'permission' })).toBe(true);
    for (const strange of [
      { action: '' },
      { action: 'ü' },
      { resource: 'a\nb' },
      { userId: '' },
      { phase: 'x' as never },
    ])
      expect(isOrdinary({ ...QUESTION, ...strange })).toBe(false);
  });
});

describe('the sentences about the language of policies', () => {
  const FACTS = /(?:agent\W.*(?:trust|tier|status|type|framework)|env|session)\b/;
  const CASES = casesForAnSdk();
  let decided = 0;

  it.each(CASES.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const { agent, action, resource, mission, context, arguments: given } = one.request;
    const policies = one.policies.map((policy) => {
      const { metadata, spec } = documentOf(policy) as {
        metadata: { id: string };
        spec: { scope: Record<string, string[]> };
      };
      const { scope, ...rest } = spec;
      return { ...rest, ...scope, id: metadata.id };
    });
    const { local } = decidedLocally({
      policies,
      actions: actionsOf(one),
      defaultEffect: one.default,
      options: { agentId: agent },
    });
    const decision = local.make({
      ...{ agentId: agent, action, context, arguments: given },
      ...(resource !== undefined && { resource }),
      ...(mission !== undefined && { missionId: mission }),
    });
    if (decision === null) return expect(JSON.stringify(one.policies)).toMatch(FACTS);
    decided += 1;
    const { expect: expected } = one;
    expect(decision.decision).toBe(expected.decision);
    if (expected.matched) expect(decision.policies.map(({ policy }) => policy)).toEqual(expected.matched);
    if (expected.winner !== undefined) expect(decision.policies[0]?.policy ?? null).toBe(expected.winner);
    if (expected.reason !== undefined) expect(decision.reason).toBe(expected.reason);
    if (expected.obligations) expect(decision.obligations).toEqual(expected.obligations);
    if (expected.shadow_decision !== undefined) expect(decision.shadowDecision ?? null).toBe(expected.shadow_decision);
    if (expected.shadow_matched)
      expect(decision.shadowPolicies?.map(({ policy }) => policy) ?? []).toEqual(expected.shadow_matched);
  });

  it('are at least 150', () => {
    expect(decided).toBeGreaterThanOrEqual(150);
  });
});
