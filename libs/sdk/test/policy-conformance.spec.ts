import { documentOf } from '../../policy-engine/test/case-table.js';
import { FakePlatform } from '../src/testing/index.js';
import { ask, describePolicyCases } from './policy-conformance.js';

describePolicyCases('a case, decided by an agent of the fake platform', async (one) => {
  const fake = new FakePlatform({
    policies: one.policies.map(documentOf),
    actions: one.actions ?? [],
    defaultEffect: one.default,
  });
  try {
    return await ask(await fake.connect({ agentId: one.request.agent }), one);
  } finally {
    await fake.close();
  }
});
