import { FakePlatform } from '../src/testing/index.js';
import { describeAgionSDK } from './conformance.js';

const CONFIGURATION = {
  prompts: { conformance: 'You are tested.' },
  models: { conformance: { model: 'small-1' } },
  resources: { conformance: { type: 'database' } },
};

describeAgionSDK(
  'an agent of the fake platform',
  () => {
    const fake = new FakePlatform();
    const recorded = (kind: string, agentId: string): string[] =>
      [...fake.events, ...fake.reports, ...fake.decisions]
        .filter((one) => one.kind === kind && one.agentId === agentId)
        .map(({ id }) => id);
    return Promise.resolve({
      sdk: (options) => fake.sdk(options),
      publish: (...policies) => fake.publish(...policies),
      withdraw: (...ids) => fake.withdraw(...ids),
      configure: () => Promise.resolve(fake.configure(CONFIGURATION)),
      recorded: (kind, agentId) => Promise.resolve(recorded(kind, agentId)),
      stop: (stopped) => (stopped ? fake.stop() : fake.resume()),
      setAway: (away) => (away ? Promise.resolve(fake.goAway()) : fake.comeBack()),
      close: () => fake.close(),
    });
  },
  { cuts: true },
);
