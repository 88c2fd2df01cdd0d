import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { AgionSDKOptions } from '@agion/sdk';
import { eventually } from '@agion/testing';
import { type Platform, startPlatform } from '../platform.js';
import { Fleet, publish } from '../sdk/fleet.js';
import { openFault } from './fault.js';
import { type Standing, watched } from './policy-witness.js';

const forged = openFault('policies', 28, 'policies are broken, forged or older');

let platform: Platform;
let fleet: Fleet | undefined;
const standing: Standing = { revision: 1, effect: 'allow' };

beforeAll(async () => {
  platform = await startPlatform();
  await publish(platform, standing.effect);
}, 60_000);
afterEach(() => fleet?.close());
afterAll(() => platform?.stop());

const fleetOf = async (count: number, options: Partial<AgionSDKOptions>): Promise<Fleet> =>
  (fleet = await Fleet.open(platform, count, options));

describe('policies on their way', () => {
  /** What somebody in between makes of an answer, by what was answered first. */
  const forgeries: Record<string, (text: string, first: string) => string> = {
    broken: (text) => text.slice(0, -5),
    changed: (text) => text.replaceAll('"deny"', '"allow"').replaceAll('send_report', 'send_repost'),
    unsigned: (text) => text.replace(/"digest_signature":"[^"]*"/, '"digest_signature":"AAAA"'),
    later: (text) => text.replace(/"revision":\d+/, '"revision":999999'),
    older: (_text, first) => first,
  };

  test.each(Object.keys(forgeries))(
    'that are %s are refused, and the last ones go on deciding',
    async (name) => {
      await forged.run(async () => {
        let isForging = false;
        let first = '';
        const meddling: typeof fetch = async (input, init) => {
          const answer = await fetch(input, init);
          if (!String(input instanceof Request ? input.url : input).includes('/api/v1/policies')) return answer;
          const text = await answer.text();
          if (first === '') first = text;
          const body = isForging && answer.status === 200 ? (forgeries[name]?.(text, first) ?? text) : text;
          return new Response(answer.status === 304 ? null : body, { status: answer.status, headers: answer.headers });
        };
        const { members } = await fleetOf(2, { fetch: meddling, syncIntervalMs: 200 });
        return watched(platform, members, standing, async (witness) => {
          const refused: string[] = [];
          for (const member of members) member.on('policies-rejected', ({ reason }) => refused.push(reason));
          for (const member of members) member.on('error', ({ error }) => refused.push(error.message));
          isForging = true;
          await witness.change();
          await eventually(() => expect(refused.length).toBeGreaterThan(2), { timeoutMs: 10_000 });
          expect(members.map(({ status }) => status.policies.revision)).toEqual(
            members.map(() => witness.revision - 1),
          );
          isForging = false;
          return witness.converged();
        });
      });
    },
    60_000,
  );
});
