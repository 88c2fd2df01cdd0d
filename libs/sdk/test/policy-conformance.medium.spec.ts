import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import { publish } from '../../../apps/governance/test/published-policies.js';
import { type Platform, startPlatform } from '../../../e2e/platform.js';
import { actionsOf, documentOf } from '../../policy-engine/test/case-table.js';
import { AgionSDK } from '../src/index.js';
import { ask, describePolicyCases, SDK_CASES } from './policy-conformance.js';

/** Each case in an organization of its own. */
const slugOf = (index: number): string => `case-${index}`;
let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform();
  await publish(
    platform.database,
    SDK_CASES.map((one, index) => ({
      organization: { id: randomUUID(), slug: slugOf(index) },
      policies: one.policies.map(documentOf),
      defaultEffect: one.default,
      actions: actionsOf(one),
    })),
  );
}, 60_000);
afterAll(() => platform?.stop());

describePolicyCases('a case, decided by an agent of a platform', async (one, index) => {
  const operator = await platform.person('operator', { organization: slugOf(index) });
  const { agent: agentId } = one.request;
  const registration = { token: operator, body: { agent_id: agentId, name: agentId } };
  const { body } = await platform.call('POST', '/api/v1/agents/register', registration);
  await using sdk = new AgionSDK({ agentId, gatewayUrl: platform.url, redisUrl: '', token: body.token as string });
  await sdk.initialize();
  return ask(sdk, one);
});
