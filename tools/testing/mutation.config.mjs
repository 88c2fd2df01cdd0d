/** The share of changes that tests have to notice. */
export const LEAST = 0.9;

export const REPORT = '.agion/mutation.json';

/** Changes that change nothing anybody could see: `{ file, was, became, reason }`. */
export const EQUIVALENTS = [
  {
    file: 'compile.ts',
    was: 'a.policy < b.policy',
    became: 'a.policy <= b.policy',
    reason: 'no two policies of a set have the same id',
  },
  {
    file: 'condition.ts',
    was: "''",
    became: '"Stryker was here!"',
    reason: 'the beginning of any text is its first line and column',
  },
  {
    file: 'condition.ts',
    was: 'known !== null',
    became: 'false',
    reason: 'saves looking over as a whole what was looked over term by term',
  },
  { file: 'condition.ts', was: '-1', became: '+1', reason: 'each evaluation sets it before it is read' },
  {
    file: 'condition.ts',
    was: 'text.length * MOST_BYTES_OF_A_UNIT <= LIMITS.bytes',
    became: 'false',
    reason: 'saves counting the bytes of what has too few characters for too many',
  },
  {
    file: 'condition.ts',
    was: 'text.length * MOST_BYTES_OF_A_UNIT <= LIMITS.bytes',
    became: 'text.length * MOST_BYTES_OF_A_UNIT < LIMITS.bytes',
    reason: 'what has exactly as many characters is counted then, and found to be short enough',
  },
  {
    file: 'condition.ts',
    was: 'text.length > LIMITS.bytes',
    became: 'false',
    reason: 'saves counting the bytes of what has more characters than bytes are allowed',
  },
  {
    file: 'evaluate.ts',
    was: 'set.actions.size === 0',
    became: 'false',
    reason: 'saves looking for an action where none is declared',
  },
  {
    file: 'evaluate.ts',
    was: 'others.length === 0',
    became: 'false',
    reason: 'saves matching no policies, which comes to nothing too',
  },
  {
    file: 'evaluate.ts',
    was: 'shadows.length === 0',
    became: 'false',
    reason: 'saves asking no shadow policies, which add nothing',
  },
  {
    file: 'evaluate.ts',
    was: 'denied.bound.length === 0 && allowed.bound.length === 0',
    became: 'false',
    reason: 'saves merging no obligations into none',
  },
  {
    file: 'evaluate.ts',
    was: 'byImportance(first.matched, denied.winner.matched) < 0',
    became: 'byImportance(first.matched, denied.winner.matched) <= 0',
    reason: 'two policies are never equally important: their ids differ',
  },
];

/** What `npm run test:mutation` changes, one place at a time, and the tests that have to notice. */
export default {
  mutate: ['libs/policy-engine/src/{compile,condition,combine,matching,evaluate}.ts'],
  testRunner: 'jest',
  plugins: ['@stryker-mutator/jest-runner'],
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  coverageAnalysis: 'perTest',
  concurrency: 1,
  timeoutMS: 20_000,
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
