import { beforeAll, describe, expect, test } from '@jest/globals';
import { casesForAnSdk, isRefused, type PolicyCase } from '../../policy-engine/test/case-table.js';
import type { AgionSDK, Decision } from '../src/index.js';

/**
 * The sentences about the language of policies that an SDK can be asked: its agent is in a container, and its platform publishes the
 * policies, and says what is known of actions.
 */
export const SDK_CASES: readonly PolicyCase[] = casesForAnSdk().filter(
  (one) => one.request.agent.includes(':') && !isRefused(one),
);

/** Asks an SDK of the case's agent what the case asks. */
export async function ask(sdk: AgionSDK, { request }: PolicyCase): Promise<Decision> {
  const { action, mission, resource, context, arguments: given } = request;
  return sdk.checkPermission({
    action,
    context,
    arguments: given,
    ...(resource !== undefined && { resource }),
    ...(mission !== undefined && { missionId: mission }),
  });
}

const AT_ONCE = 6;

/** Every platform decides every case as its author says, wherever the decision was made. */
export function describePolicyCases(name: string, decide: (one: PolicyCase, index: number) => Promise<Decision>): void {
  describe(name, () => {
    const decisions = new Map<PolicyCase, Decision>();

    beforeAll(async () => {
      let next = 0;
      const worker = async (): Promise<void> => {
        for (let index = next++; index < SDK_CASES.length; index = next++) {
          const one = SDK_CASES[index] as PolicyCase;
          decisions.set(one, await decide(one, index));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    }, 240_000);

    test.each(SDK_CASES.map((one) => [one.group, one.name, one] as const))('%s: %s', (_, __, one) => {
      const told = decisions.get(one);
      const { decision, winner, matched, reason } = one.expect;
      expect(told).toMatchObject({ decision, allowed: decision === 'allow', ...(reason !== undefined && { reason }) });
      const ids = told?.policies.map(({ policy }) => policy);
      if (matched) expect(ids).toEqual(matched);
      if (winner !== undefined) expect(ids?.[0] ?? null).toBe(winner);
    });

    test('more than two hundred, nearly all of them in memory', () => {
      const ways = [...decisions.values()].map(({ decidedBy }) => decidedBy);
      expect(ways.length).toBeGreaterThan(200);
      expect(ways.filter((way) => way === 'local').length).toBeGreaterThan(ways.length * 0.9);
    });
  });
}
