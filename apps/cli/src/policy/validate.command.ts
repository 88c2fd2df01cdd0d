import { runPolicyTests } from '@agion/policy-engine';
import { Command } from 'commander';
import type { Outcome } from '../main.js';
import { type FileFault, located, type PolicyFile, readPolicyFiles } from './policy-files.js';
import { count, OUTPUT_OPTION, type OutputFormat, tell } from '../output.js';

/** `agion policy validate`: as the platform does it, without one. */
export const validateCommand = (outcome: Outcome): Command =>
  new Command('validate')
    .description('checks files, and runs the tests that policies bring along; needs no platform')
    .argument('<path...>', 'files, or folders of .yaml, .yml and .json')
    .addOption(OUTPUT_OPTION)
    .action((paths: string[], { output }: { output: OutputFormat }) => {
      const files = readPolicyFiles(paths).map((file) => ({ ...file, faults: [...file.faults, ...failedTests(file)] }));
      tell(output, { ok: files.every(isFine), files: files.map(shown) }, report(files));
      if (!files.every(isFine)) outcome.status = 1;
    });

const isFine = ({ faults }: PolicyFile): boolean => faults.length === 0;

/** A policy that fails its own tests is not accepted. */
export const failedTests = ({ policy, places }: PolicyFile): FileFault[] =>
  (policy ? runPolicyTests(policy) : []).flatMap(({ passed, actual, reason }, index) =>
    passed !== false
      ? []
      : [
          located(places, {
            pointer: `/spec/tests/${index}/expect`,
            detail: `the policy by itself says \`${actual}\`: ${reason}`,
          }),
        ],
  );

const shown = ({ path, policy, tests, faults }: PolicyFile): object => ({
  path,
  ...(policy && { policy: policy.metadata.id }),
  ...(tests && { tests: tests.length }),
  faults,
});

function report(files: readonly PolicyFile[]): string[] {
  const faulty = files.filter((file) => !isFine(file)).length;
  const summary = `${count(files.length, 'file', 'files')}, ${faulty === 0 ? 'no faults' : `${faulty} with faults`}`;
  return [...files.flatMap(linesOf), summary];
}

/** A file and what is wrong with it, in the form that editors and build servers make links of. */
export function linesOf({ path, policy, tests, faults }: PolicyFile): string[] {
  if (faults.length === 0) return [`✓ ${path}  ${policy?.metadata.id ?? count(tests?.length ?? 0, 'test', 'tests')}`];
  return [
    `✗ ${path}`,
    ...faults.map(({ line, column, pointer, detail }) => `  ${path}:${line}:${column} ${pointer || '/'} ${detail}`),
  ];
}

/** Of commands that go on with nothing less than faultless files. As JSON, faults are printed too. @throws Error naming the faults */
export function faultlessFiles(paths: readonly string[], output: OutputFormat): PolicyFile[] {
  const files = readPolicyFiles(paths).map((file) => ({ ...file, faults: [...file.faults, ...failedTests(file)] }));
  const faulty = files.filter((file) => !isFine(file));
  if (faulty.length === 0) return files;
  if (output === 'json') tell(output, { ok: false, files: files.map(shown) }, []);
  throw new Error(['files have faults', ...faulty.flatMap(linesOf)].join('\n'));
}
