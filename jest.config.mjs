// Native ES modules on Node 24: run through `npm test`, which adds the flag Jest needs for it.
export default {
  testMatch: [
    '<rootDir>/{apps,libs}/*/{src,test}/**/*.spec.ts',
    '<rootDir>/e2e/**/*.spec.ts',
    '<rootDir>/tools/**/*.spec.ts',
  ],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '@swc/jest' },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' }, // './x.js' in source means './x.ts'
  testEnvironmentOptions: { customExportConditions: ['@agion/source', 'node', 'node-addons'] }, // workspaces from src: no build needed
  modulePathIgnorePatterns: ['<rootDir>/.agion'], // copies of this checkout, while tests are tested
  setupFiles: ['<rootDir>/jest.setup.mjs'],
  testTimeout: 30_000,
  workerIdleMemoryLimit: '1500MB', // suites boot whole platforms: what they leave in memory must not pile up in a worker
};
