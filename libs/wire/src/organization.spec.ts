import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CHANNELS, channelKey, slugOf } from './channels.js';
import { keys } from './keys.js';
import { isOrganizationSlug, redisPrefix } from './organization.js';
import { deadLetterKey, feedKey, streamKey, STREAMS } from './streams.js';

const slug = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,38}$/).filter((value) => value !== 'default');

/** Every name the platform uses in Redis, for one organization. */
const names = (of: string): string[] => [
  ...Object.values(STREAMS).map((stream) => streamKey(of, stream)),
  ...Object.values(CHANNELS).map((channel) => channelKey(of, channel)),
  feedKey.runEvents(of, 'r1'),
  feedKey.missionMessages(of, 'm1'),
  feedKey.realtime(of, 't1'),
  keys.trustScore(of, 'a:b'),
  keys.agentPolicies(of, 'a:b'),
  keys.heartbeat(of, 'a:b'),
  keys.rateLimit(of),
  deadLetterKey(streamKey(of, STREAMS.trust)),
];

describe('redis names', () => {
  test('of the default organization are the published ones', () => {
    expect(streamKey('default', STREAMS.governanceRequests)).toBe('governance:requests');
    expect(channelKey('default', CHANNELS.policyUpdates)).toBe('agion:policy:updates');
    expect(keys.trustScore('default', 'langgraph-v2:chart')).toBe('agent:langgraph-v2:chart:trust_score');
  });

  test('of two organizations never meet, and say whose they are', () => {
    fc.assert(
      fc.property(slug, slug, (one, other) => {
        fc.pre(one !== other);
        const theirs = new Set([...names(other), ...names('default')]);
        for (const name of names(one)) {
          expect(theirs.has(name)).toBe(false);
          expect(slugOf(name)).toBe(one);
        }
      }),
    );
  });

  test('cannot be made of a slug that reaches into another organization', () => {
    for (const hostile of ['acme:agion', 'a*', '', 'A', 'x'.repeat(40), '-a', 'a b']) {
      expect(isOrganizationSlug(hostile)).toBe(false);
      expect(() => redisPrefix(hostile)).toThrow(RangeError);
    }
  });
});
