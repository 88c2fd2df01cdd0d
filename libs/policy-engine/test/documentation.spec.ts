import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { checkPolicy, runPolicyTests } from '../src/index.js';

test('the policy in docs/policies.md is accepted and passes its own tests', () => {
  const text = readFileSync(path.resolve(import.meta.dirname, '../../../docs/policies.md'), 'utf8');
  const [, example = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(text) ?? [];
  const { policy, faults } = checkPolicy(parse(example));
  expect(faults).toEqual([]);
  const results = policy ? runPolicyTests(policy) : [];
  expect(results).toMatchObject([{ passed: true }]);
});
