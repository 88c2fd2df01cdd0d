/** The share of changes that tests have to notice. */
export const LEAST = 0.9;

export const REPORT = '.agion/mutation.json';

/** Changes that change nothing anybody could see: `{ file, was, became, reason }`. */
export const EQUIVALENTS = [];

/** What `npm run test:mutation` changes, one place at a time, and the tests that have to notice. */
export default {
  mutate: ['libs/policy-engine/src/{compile,condition,combine,matching,evaluate}.ts'],
  testRunner: 'jest',
  plugins: ['@stryker-mutator/jest-runner'],
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  coverageAnalysis: 'perTest',
  concurrency: 1,
  timeoutMS: 6_000,
  jest: {
    projectType: 'custom',
    enableFindRelatedTests: false,
    config: {
      rootDir: '.',
      // The tests of what decides: others would only be run again and again.
      testMatch: [
        '<rootDir>/libs/policy-engine/src/{compile,condition,combine,evaluate,amend-policies,term}.spec.ts',
        '<rootDir>/libs/policy-engine/test/{cases,coverage}.spec.ts',
      ],
      extensionsToTreatAsEsm: ['.ts'],
      transform: { '\\.ts$': '@swc/jest' },
      moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
    },
  },
  ignorePatterns: [
    '**',
    '!libs',
    '!libs/policy-engine',
    '!libs/policy-engine/**',
    'libs/policy-engine/dist',
    '!package.json',
    '!tsconfig.base.json',
    '!tsconfig.json',
  ],
  tempDirName: '.agion/mutation',
  reporters: ['progress-append-only', 'json'],
  jsonReporter: { fileName: REPORT },
  thresholds: { high: 95, low: 90, break: null },
  allowConsoleColors: false,
};
