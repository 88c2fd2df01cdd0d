import {
  compilePolicies,
  type PolicyTestResult,
  type PolicyTrial,
  runPolicyTests,
  runTests,
} from '@agion/policy-engine';
import { Command, Option } from 'commander';
import type { Outcome } from '../main.js';
import { PlatformClient } from '../platform.client.js';
import { linesOf } from './validate.command.js';
import { type PolicyFile, readPolicyFiles } from './policy-files.js';
import { columns, OUTPUT_OPTION, type OutputFormat, tell } from '../output.js';

interface Options {
  output: OutputFormat;
  against: 'files' | 'active';
  defaultEffect: 'allow' | 'deny';
}

/** A test and what came of it, wherever it was run. */
interface Ran {
  path: string;
  name: string;
  passed: boolean | null;
  expected: string | null;
  decision: string;
  reason: string;
}

const ABOUT = `
A policy's own tests are run against it alone. Those of files with \`kind: PolicyTests\` are run against all policies
given: how they work together. With --against active both are run by the platform: a policy's own against all that is
in force with this policy in place of its version there, those of PolicyTests against what is in force.`;

const AGAINST = new Option('--against <what>', 'the files, or what is in force on the platform')
  .choices(['files', 'active'])
  .default('files');
const DEFAULT_EFFECT = new Option('--default-effect <effect>', 'where no policy of the files matches')
  .choices(['allow', 'deny'])
  .default('deny');

/** `agion policy test`. */
export const testCommand = (outcome: Outcome): Command =>
  new Command('test')
    .description('runs tests of policies')
    .argument('<path...>', 'files, or folders of .yaml, .yml and .json')
    .addOption(AGAINST)
    .addOption(DEFAULT_EFFECT)
    .addOption(OUTPUT_OPTION)
    .addHelpText('after', ABOUT)
    .action(async (paths: string[], options: Options) => {
      const files = readPolicyFiles(paths);
      const faulty = files.filter(({ faults }) => faults.length > 0);
      const results = options.against === 'active' ? await runThere(files) : runHere(files, options.defaultEffect);
      const failed = results.filter(({ passed }) => passed === false);
      const ok = faulty.length === 0 && failed.length === 0;
      tell(options.output, { ok, faulty: faulty.map(({ path }) => path), results }, [
        ...faulty.flatMap(linesOf),
        ...columns(results.map(rowOf)),
        summaryOf(results),
      ]);
      if (!ok) outcome.status = 1;
    });

/** Tests that expect nothing just ask: nothing passed there. */
function summaryOf(results: readonly Ran[]): string {
  const of = (passed: boolean | null): number => results.filter((result) => result.passed === passed).length;
  return `${of(true)} passed, ${of(false)} failed${of(null) > 0 ? `, ${of(null)} without \`expect\`` : ''}`;
}

const rowOf = ({ passed, path, name, decision, reason, expected }: Ran): string[] => [
  passed === false ? '✗' : passed ? '✓' : '–',
  path,
  name,
  passed === false ? `${decision}, not ${expected}: ${reason}` : decision,
];

function runHere(files: readonly PolicyFile[], defaultEffect: 'allow' | 'deny'): Ran[] {
  const policies = files.flatMap(({ policy }) => (policy ? [{ document: policy, version: 0 }] : []));
  const active = policies.filter(({ document }) => document.spec.status === 'active');
  const set = compilePolicies(active, { revision: 0, defaultEffect });
  return files.flatMap(({ path, policy, tests }) => {
    const results = policy ? runPolicyTests(policy) : runTests(set, tests ?? []);
    return results.map((result) => ranHere(path, result));
  });
}

const ranHere = (path: string, { name, passed, expected, actual, reason }: PolicyTestResult): Ran => ({
  path,
  name,
  passed,
  expected,
  decision: actual,
  reason,
});

async function runThere(files: readonly PolicyFile[]): Promise<Ran[]> {
  const platform = PlatformClient.given();
  const results: Ran[] = [];
  for (const { path, policy, tests } of files) {
    const own: readonly PolicyTrial[] = policy?.spec.tests ?? tests ?? [];
    if (own.length === 0) continue;
    const asked = { tests: own, against: 'active', ...(policy && { policy }) };
    const { body } = await platform.call('POST', '/api/v1/policies/test', asked);
    results.push(...(body as { results: Omit<Ran, 'path'>[] }).results.map((result) => ({ ...result, path })));
  }
  return results;
}
