import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkContainer, isConforming } from '../../examples/agent-container-template/conformance/container-check.mjs';
import { tableOf } from '../../examples/agent-container-template/conformance/table.mjs';
import { type Platform, startPlatform } from '../platform.js';
import type { PointResult } from './conforming.js';
import { type Fault, OddContainer } from './odd-container.js';

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
}, 60_000);
afterAll(() => platform?.stop());

const PATIENCE = { lease: 2_000, policyChange: 2_000, record: 2_000, stop: 2_000 };

const check = async (faults: readonly Fault[], canStop = true): Promise<PointResult[]> => {
  const container = await OddContainer.start(platform, faults);
  try {
    const token = await platform.person('admin');
    const stop = canStop ? (): Promise<object | undefined> => container.stop() : undefined;
    const options = { url: container.url, platform: platform.url, token, patience: PATIENCE, ...(stop && { stop }) };
    return (await checkContainer(options)) as PointResult[];
  } finally {
    container.close();
  }
};

const outcomes = (results: readonly PointResult[], wanted: PointResult['outcome']): string[] =>
  results.filter(({ outcome }) => outcome === wanted).map(({ name }) => name);

describe('the check of a container', () => {
  it('passes one that keeps the contract, point by point', async () => {
    const results = await check([]);
    expect(results.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
    expect(results.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(isConforming(results)).toBe(true);
    expect(tableOf(results)).toMatch(/^ {2} 1 {2}✓ {2}health [\s\S]*12 of 12 points hold, 0 do not$/);
    const { body } = await platform.call('GET', '/api/v1/policies', { token: await platform.person('admin') });
    expect(body.items.filter(({ spec }: { spec: { status: string } }) => spec.status === 'active')).toEqual([]);
  });

  it.each<[Fault, string, RegExp]>([
    ['unhealthy', 'health', /fine/],
    ['no version', 'metadata', /lacks one of .*version/],
    ['odd id', 'agent ids', /Agent` is not/],
    ['other name', 'registration', /`name` of .* is `Odd`/],
    ['silent', 'heartbeat', /nothing was heard/],
    ['no execution id', 'invocation', /lacks/],
    ['forgiving', 'refusals', /200 .* instead of 400 or 422/],
    ['ungoverned', 'governance', /no decision/],
    ['ungoverned', 'reports', /was not told how/],
    ['disobedient', 'obedience', /a policy denies it, and the invocation is answered/],
    ['deaf', 'stop', /still runs/],
    ['leaves its instance', 'deregistered', /still counts an instance/],
  ])(
    'finds what is wrong with one that is `%s`: the point `%s`',
    async (fault, point, detail) => {
      const results = await check([fault]);
      expect(results.find(({ name }) => name === point)).toMatchObject({
        outcome: 'failed',
        detail: expect.stringMatching(detail),
      });
      expect(isConforming(results)).toBe(false);
      expect(tableOf(results)).toMatch(new RegExp(`✗ +${point} `));
    },
    60_000,
  );

  it('says which points it could not look at', async () => {
    const results = await check(['unhealthy', 'odd id'], false);
    expect(outcomes(results, 'failed')).toEqual(['health', 'agent ids']);
    expect(outcomes(results, 'passed')).toEqual(['metadata']);
    expect(results.find(({ name }) => name === 'stop')?.detail).toBe('nobody said which process it is');
    expect(tableOf(results)).toContain('9 were not looked at');
  });
});
