import { describe, expect, it } from '@jest/globals';
import { DEFAULT_ORGANIZATION, rolloutBucket, type Principal } from '@agion/wire';
import { bucketOf } from './bucket-of.js';

const agent: Principal = {
  kind: 'agent',
  subject: 'support:triage',
  agentId: 'support:triage',
  organization: DEFAULT_ORGANIZATION,
  role: null,
  groups: [],
};

describe('the bucket of a caller', () => {
  it('is what the gateway says', () => {
    expect(bucketOf('0', agent)).toBe(0);
    expect(bucketOf('99', agent)).toBe(99);
  });

  it.each([undefined, '', '100', '-1', '1.5', 'x', ['1', '2']])(
    'follows from the agent for the header %j',
    (header) => {
      expect(bucketOf(header, agent)).toBe(rolloutBucket('support:triage'));
    },
  );
});
