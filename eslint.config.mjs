import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

const TESTS = ['**/*.spec.ts', '**/test/**', 'e2e/**'];

/** Layers may only look down: see docs/architecture.md. */
const LAYERS = [
  {
    sourceTag: 'layer:pure',
    onlyDependOnLibsWithTags: ['layer:pure'],
    allowedExternalImports: ['@marcbachmann/cel-js'],
  },
  {
    sourceTag: 'layer:io',
    onlyDependOnLibsWithTags: ['layer:pure', 'layer:io'],
    bannedExternalImports: ['@nestjs/*', '@prisma/*'],
  },
  {
    sourceTag: 'layer:client',
    onlyDependOnLibsWithTags: ['layer:pure', 'layer:io', 'layer:client'],
    bannedExternalImports: ['@nestjs/*', '@prisma/*', 'class-validator', 'class-transformer', 'reflect-metadata'],
  },
  { sourceTag: 'layer:server', onlyDependOnLibsWithTags: ['layer:pure', 'layer:io', 'layer:server'] },
  { sourceTag: 'layer:app', onlyDependOnLibsWithTags: ['layer:pure', 'layer:io', 'layer:server'] },
  { sourceTag: 'layer:root', onlyDependOnLibsWithTags: ['*'] },
  { sourceTag: 'layer:test', onlyDependOnLibsWithTags: ['layer:pure', 'layer:io', 'layer:client', 'layer:server'] },
];

/** The exact edges inside the layers. */
const EDGES = [
  { sourceTag: 'scope:wire', onlyDependOnLibsWithTags: [], bannedExternalImports: ['*'] },
  { sourceTag: 'scope:policy-engine', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'scope:dto', onlyDependOnLibsWithTags: ['scope:wire'] },
  { sourceTag: 'scope:database', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'scope:messaging', onlyDependOnLibsWithTags: ['scope:wire'] },
  { sourceTag: 'scope:sdk', onlyDependOnLibsWithTags: ['scope:wire', 'scope:policy-engine', 'scope:messaging'] },
  { sourceTag: 'scope:service-kit', onlyDependOnLibsWithTags: ['scope:dto', 'scope:messaging', 'scope:wire'] },
  {
    sourceTag: 'scope:gateway',
    onlyDependOnLibsWithTags: [
      'scope:service-kit',
      'scope:dto',
      'scope:messaging',
      'scope:policy-engine',
      'scope:wire',
    ],
  },
];

const boundaries = (depConstraints, allow = []) => ({
  '@nx/enforce-module-boundaries': [
    'error',
    { enforceBuildableLibDependency: false, allowCircularSelfDependency: false, depConstraints, allow },
  ],
});

const restricted = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns: [NO_TS, ...patterns] }] });
const NO_TS = {
  regex: '^\\.{1,2}/.*\\.ts$',
  message: 'Relative imports end in `.js`: that is what a build leaves behind.',
};
const NO_DEEP = {
  group: ['@agion/*/*', '!@agion/dto/openapi.json', '!@agion/dto/asyncapi.json'],
  message: 'Import a project by its door, its index.ts.',
};
const NO_DATABASE = { group: ['@agion/database'], message: 'Only *.store.ts (and modules) speak to Postgres.' };
const NO_MESSAGING = {
  group: ['@agion/messaging'],
  message: 'Only *.consumer.ts, *.publisher.ts, *.feed.ts, *.relay.ts and modules speak to Redis.',
};
const NO_REDIS = { group: ['ioredis'], message: 'Connections come from the one factory in @agion/messaging.' };
const NO_TESTING = { group: ['@agion/testing'], message: 'Only tests may import it.' };

/** Security: what evaluates text as code, and entropy or clocks where the same input must give the same answer. */
const NO_EVALUATION = [
  { selector: "CallExpression[callee.name='eval']", message: 'Text is never evaluated as code.' },
  { selector: "NewExpression[callee.name='Function']", message: 'Text is never evaluated as code.' },
];
const NO_AMBIENT = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Pure code is given the time.',
  },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Pure code is given the time.' },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'Pure code is given its randomness.',
  },
];

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/coverage/**',
      '**/generated/**',
      '.nx/**',
      '.agion/**',
      '**/*.cjs',
      'tools/checks/fixtures/**',
    ],
  },
  js.configs.recommended,
  { files: ['**/*.mjs'], languageOptions: { globals: nodeGlobals() } },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx },
    rules: {
      ...boundaries([...LAYERS, ...EDGES]),
      ...restricted(NO_DEEP, NO_REDIS, NO_TESTING),
      'no-restricted-syntax': ['error', ...NO_EVALUATION],
      'max-lines': ['error', { max: 250 }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['libs/messaging/src/**/*.ts'], rules: restricted(NO_DEEP, NO_TESTING) },
  {
    files: ['libs/{wire,policy-engine}/src/**/*.ts'],
    ignores: TESTS,
    rules: { 'no-restricted-syntax': ['error', ...NO_EVALUATION, ...NO_AMBIENT] },
  },
  {
    files: ['apps/*/src/**/*.ts'],
    ignores: [...TESTS, '**/*.{store,module,consumer,publisher,feed,relay}.ts'],
    rules: restricted(NO_DEEP, NO_REDIS, NO_TESTING, NO_DATABASE, NO_MESSAGING),
  },
  {
    files: ['apps/*/src/**/*.store.ts'],
    ignores: TESTS,
    rules: restricted(NO_DEEP, NO_REDIS, NO_TESTING, NO_MESSAGING),
  },
  {
    files: ['apps/*/src/**/*.{consumer,publisher,feed,relay}.ts'],
    ignores: TESTS,
    rules: restricted(NO_DEEP, NO_REDIS, NO_TESTING, NO_DATABASE),
  },
  // The command line looks at every part from outside, and shares what the scripts know.
  {
    files: ['apps/cli/src/**/*.ts'],
    ignores: TESTS,
    rules: {
      ...restricted(NO_DEEP, NO_REDIS, NO_TESTING),
      ...boundaries([...LAYERS, ...EDGES], ['.*/tools/launcher/[a-z-]+.mjs', '.*/scripts/secrets/[a-z-]+.mjs']),
    },
  },
  // Examples are what their readers copy: Node runs their TypeScript as it is, without a build.
  { files: ['examples/**/*.ts'], rules: { 'no-restricted-imports': 'off' } },
  // Composition roots are the one place where services meet.
  { files: ['apps/all-in-one/**/*.ts'], rules: { '@nx/enforce-module-boundaries': 'off' } },
  {
    files: TESTS,
    rules: {
      ...restricted(NO_DEEP),
      '@nx/enforce-module-boundaries': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
);

function nodeGlobals() {
  const names = [
    'process',
    'console',
    'URL',
    'Buffer',
    'setTimeout',
    'clearTimeout',
    'setInterval',
    'clearInterval',
    'setImmediate',
    'fetch',
    'AbortSignal',
    'AbortController',
    'WebAssembly',
    'globalThis',
    'performance',
    'URLSearchParams',
    'structuredClone',
    'TextDecoder',
    'TextEncoder',
    'Response',
  ];
  return Object.fromEntries(names.map((name) => [name, 'readonly']));
}
