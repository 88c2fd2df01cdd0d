export type { FakeAction } from './fake-actions.js';
export type { FakeAgent } from './fake-agents.js';
export type { FakeConfiguration, FakeModel, FakePrompt, FakeResource } from './fake-configuration.js';
export { FakePlatform } from './fake-platform.js';
export type { FakePlatformOptions } from './fake-platform.js';
export type { RecordedEntry } from './fake-records.js';
