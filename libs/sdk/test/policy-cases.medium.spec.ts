import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { actionsOf, casesForAnSdk, documentOf, type PolicyCase } from '../../policy-engine/test/case-table.js';
import { AgionSDK, type Decision, PolicyViolationError } from '../src/index.js';
import { type Received, type Scripted, type ScriptedGateway, startScriptedGateway } from './scripted-gateway.js';
import { Signer } from './signed-policies.js';

/** The sentences about the language of policies once more: by an SDK, with policies that came signed over HTTP. */
const ORGANIZATION = 'default';
const REVISION = 7;
const signer = new Signer();
const cases = casesForAnSdk().filter(({ request }) => request.agent.includes(':')); // an SDK's agent is in a container

let gateway: ScriptedGateway;
let sdk: AgionSDK;

beforeAll(async () => {
  gateway = await startScriptedGateway();
});
afterAll(() => gateway.stop());
afterEach(() => sdk.close());

const platformOf =
  (one: PolicyCase) =>
  ({ path, method }: Received): Scripted => {
    const {
      request: { agent: agentId },
      default: effect,
      policies,
    } = one;
    if (path.endsWith('/register'))
      return {
        status: 201,
        body: { lease_seconds: 30, policy_revision: REVISION, organization: ORGANIZATION, trust: null },
      };
    if (path === '/.well-known/agion-keys') return { body: { keys: [signer.jwk] } };
    if (path.startsWith('/api/v1/policies')) {
      const published = policies.map((policy) => {
        const { metadata, spec } = documentOf(policy) as { metadata: { id: string }; spec: { scope: object } };
        const { scope, ...rest } = spec;
        return { ...metadata, ...scope, ...rest };
      });
      const active = published.filter((policy) => !('status' in policy) || policy.status === 'active');
      const state = { revision: REVISION, default_effect: effect };
      return { body: signer.document({ organization: ORGANIZATION, agentId }, state, active, actionsOf(one)) };
    }
    if (path === '/api/v1/governance/check') return { status: 503 };
    return method === 'DELETE' ? { status: 204 } : { body: {} };
  };

async function opened(one: PolicyCase): Promise<AgionSDK> {
  gateway.received.length = 0;
  gateway.answer(platformOf(one));
  sdk = new AgionSDK({ agentId: one.request.agent, gatewayUrl: gateway.url });
  await sdk.initialize();
  return sdk;
}

const toldOf = ({ decision, policies, reason, obligations, shadowDecision }: Decision): object => ({
  decision,
  winner: policies[0]?.policy ?? null,
  matched: policies.map(({ policy }) => policy),
  reason,
  obligations,
  shadow_decision: shadowDecision ?? null,
});

/** What an SDK tells; the rest is the ledger's. */
const expectedOf = ({
  expect: { decision, winner, matched, reason, obligations, shadow_decision: shadow },
}: PolicyCase): object => ({
  decision,
  ...(winner !== undefined && { winner }),
  ...(matched !== undefined && { matched }),
  ...(reason !== undefined && { reason }),
  ...(obligations !== undefined && { obligations }),
  ...(shadow !== undefined && { shadow_decision: shadow }),
});

const wasAsked = (): boolean => gateway.received.some(({ path }) => path === '/api/v1/governance/check');
let local = 0;

describe.each([...new Set(cases.map(({ group }) => group))])('%s', (group) => {
  test.each(cases.filter((one) => one.group === group))('$name', async (one) => {
    const { action, agent, mission, resource, context, arguments: given } = one.request;
    await opened(one);
    const question = { action, context, arguments: given, ...(resource !== undefined && { resource }) };
    const decision = await sdk.checkPermission({ ...question, ...(mission !== undefined && { missionId: mission }) });
    if (decision.decidedBy !== 'local') {
      // Facts that only the platform knows: it has to be asked, and nothing is allowed without its answer.
      expect([wasAsked(), decision.allowed, decision.unavailable]).toEqual([true, false, true]);
      return;
    }
    local += 1;
    expect(toldOf(decision)).toMatchObject(expectedOf(one));
    expect(decision).toMatchObject({ allowed: decision.decision === 'allow', policyRevision: REVISION });
    expect(wasAsked()).toBe(false);

    const options = { arguments: () => given, context: () => context };
    const named = { ...(resource !== undefined && { resource }), ...(mission !== undefined && { missionId: mission }) };
    const work = sdk.governed(agent, action, { ...options, ...named })((..._given: unknown[]) => 'worked');
    const outcome = await work(given).catch((error: unknown) => error);
    expect(outcome === 'worked' || PolicyViolationError.is(outcome)).toBe(true);
    expect(outcome === 'worked').toBe(one.expect.decision === 'allow');
  });
});

test('nine of ten are decided in memory', () => {
  expect(local).toBeGreaterThan(cases.length * 0.9);
});
