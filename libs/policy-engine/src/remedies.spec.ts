import { expect, test } from '@jest/globals';
import { checkPolicy, compilePolicies, explain, type PolicyRequest, remedyText } from './index.js';

const REQUEST: PolicyRequest = {
  agent: { id: 'demo:echo', trust: 0.5 },
  action: { name: 'send_email' },
  env: { mode: 'test' },
  arguments: {},
  context: { amount: 600, region: 'eu', tags: ['a'] },
  at: 1_700_000_000_000,
};

function remediesOf(...specs: Record<string, unknown>[]): string[] {
  const policies = specs.map((spec, index) => {
    const { policy, faults } = checkPolicy({
      apiVersion: 'agion/v1',
      kind: 'Policy',
      metadata: { id: `p${index}` },
      spec: { scope: { agents: ['*'], actions: ['*'] }, ...spec },
    });
    if (!policy) throw new Error(JSON.stringify(faults));
    return { document: policy, version: 1 };
  });
  const set = compilePolicies(policies, { revision: 1, defaultEffect: 'deny' });
  return explain(set, REQUEST).remedies.map(remedyText);
}

const ALLOW = { effect: 'allow' };
const allow = (condition: string) => ({ effect: 'allow', condition });
const deny = (condition: string) => ({ effect: 'deny', condition });

test.each([
  ['a bound of a deny', [ALLOW, deny('context.amount > 500')], ['`context.amount` at most `500`']],
  ['a bound of an allow', [allow('context.amount < 500')], ['`context.amount` less than `500`']],
  ['a bound written on the left', [allow('500 >= context.amount')], ['`context.amount` at most `500`']],
  ['something that is missing', [allow('context.ticket == "T1"')], ['`context.ticket` equal to `"T1"`']],
  ['a word among others', [allow('context.region in ["us", "jp"]')], ['`context.region` one of `"us"`, `"jp"`']],
  ['a word that is not to be', [ALLOW, deny('context.region == "eu"')], ['`context.region` other than `"eu"`']],
  ['what nobody has said', [ALLOW, deny('!context.approved')], ['`context.approved` equal to `true`']],
  ['trust, within what it can be', [allow('agent.trust >= 0.9')], ['`agent.trust` at least `0.9`']],
  [
    'one of two things, where one is enough',
    [allow('context.amount < 500 || context.region == "us"')],
    ['`context.amount` less than `500`', '`context.region` equal to `"us"`'],
  ],
  [
    'two things, where both are needed',
    [allow('context.amount < 500'), deny('context.region == "eu"')],
    ['`context.region` other than `"eu"` and `context.amount` less than `500`'],
  ],
  [
    'a value, where the range as a whole would not do',
    [allow('context.amount < 500'), deny('context.amount < 100')],
    ['`context.amount` equal to `100`'],
  ],
  [
    'a value, where conditions do more than compare',
    [ALLOW, deny('context.amount > 500'), deny('context.amount * 3.0 == 9.0')],
    ['`context.amount` equal to `500`'],
  ],
  ['nothing where it cannot be told', [ALLOW, deny('context.tags.exists(t, t == "a")')], []],
  ['nothing where no policy allows it', [deny('context.amount > 500')], []],
  ['nothing where it is allowed', [ALLOW], []],
])('what would have a request allowed is %s', (_, specs, remedies) => {
  expect(remediesOf(...specs)).toEqual(remedies);
});
