import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { checkPolicy, runPolicyTests } from '@agion/policy-engine';
import { parse } from 'yaml';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PAGES = globSync('docs/polic*.md', { cwd: ROOT }).sort();

/** The policies that stand whole in a page. */
const policiesIn = (page: string): string[] =>
  [...readFileSync(path.join(ROOT, page), 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```$/gm)]
    .map(([, text = '']) => text)
    .filter((text) => /^kind: Policy$/m.test(text));

describe.each(PAGES)('the policies in %s', (page) => {
  const policies = policiesIn(page).map((text) => [/id: (\S+)/.exec(text)?.[1] ?? 'one without an id', text] as const);

  it('are there', () => {
    expect(policies).not.toEqual([]);
  });

  it.each(policies)('are accepted, bring tests along and pass them: %s', (_, text) => {
    const { policy, faults } = checkPolicy(parse(text));
    expect(faults).toEqual([]);
    const results = policy ? runPolicyTests(policy) : [];
    expect(results).not.toEqual([]);
    expect(results.filter(({ passed }) => passed !== true)).toEqual([]);
  });
});
