import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import type { Organization } from '@agion/wire';
import {
  actionsOf,
  casesForTheWire,
  documentOf,
  isRefused,
  keptDocumentOf,
  type PolicyCase,
} from '../../../libs/policy-engine/test/case-table.js';
import { agent, type Asked, DecisionsUnderTest, type Fields, person } from './decisions-under-test.js';

/** The sentences about the language of policies, each in an organization of its own. */
const CASES = casesForTheWire().map((one, index) => ({
  one,
  organization: { id: randomUUID(), slug: `case-${index}` } satisfies Organization,
}));

/** A case's request by the names of the wire. */
const questionOf = ({
  request: { agent: agent_id, mission: mission_id, ...rest },
}: PolicyCase): Asked & { agent_id: string } => ({
  ...rest,
  agent_id,
  ...(mission_id !== undefined && { mission_id }),
});

let test: DecisionsUnderTest;
const streamed = new Map<PolicyCase, Fields>();

beforeAll(async () => {
  test = await DecisionsUnderTest.start(
    CASES.map(({ one, organization }) => ({
      organization,
      policies: one.policies.map(isRefused(one) ? keptDocumentOf : documentOf),
      unchecked: isRefused(one),
      defaultEffect: one.default,
      actions: actionsOf(one),
    })),
  );
  const asked = await Promise.all(
    CASES.map(async ({ one, organization }) => {
      const { correlation } = await test.ask({ ...questionOf(one), timeout_ms: '60000' }, organization);
      return { one, correlation, stream: `org:${organization.slug}:governance:responses` };
    }),
  );
  await eventually(
    async () => {
      for (const { one, correlation, stream } of asked) {
        if (streamed.has(one)) continue;
        const [answer] = await test.answers(correlation, stream);
        if (!answer) throw new Error(`no answer: ${one.name}`);
        streamed.set(one, answer);
      }
    },
    { timeoutMs: 60_000, intervalMs: 100 },
  );
}, 120_000);
afterAll(() => test?.stop());

const told = (
  expected: PolicyCase['expect'],
  answer: {
    decision: unknown;
    matched: { policy: string }[];
    reason: unknown;
    obligations: unknown;
    shadow_decision?: unknown;
  },
): void => {
  expect(answer.decision).toBe(expected.decision);
  if (expected.matched) expect(answer.matched.map(({ policy }) => policy)).toEqual(expected.matched);
  if (expected.winner !== undefined) expect(answer.matched[0]?.policy ?? null).toBe(expected.winner);
  if (expected.reason !== undefined) expect(answer.reason).toBe(expected.reason);
  if (expected.obligations) expect(answer.obligations).toEqual(expected.obligations);
  if (expected.shadow_decision !== undefined) expect(answer.shadow_decision ?? null).toBe(expected.shadow_decision);
};

describe.each([...new Set(CASES.map(({ one }) => one.group))])('%s, over the bus and over HTTP', (group) => {
  const own = CASES.filter(({ one }) => one.group === group).map(
    ({ one, organization }) => [one.name, one, organization] as const,
  );

  it.each(own)('%s', async (_, one, organization) => {
    const overBus = streamed.get(one) ?? {};
    told(one.expect, {
      decision: overBus.decision,
      reason: overBus.reason,
      matched: JSON.parse(overBus.policies ?? '[]') as { policy: string }[],
      obligations: JSON.parse(overBus.obligations ?? '[]'),
      shadow_decision: overBus.shadow_decision,
    });
    const question = questionOf(one);
    const { status, body } = await test.call(
      'POST',
      '/v1/governance/check',
      agent(question.agent_id, organization),
      question,
    );
    if (status === 400 || status === 422) return expect(JSON.stringify(one.request)).toMatch(/__proto__|constructor/); // HTTP refuses such keys
    expect(status).toBe(200);
    told(one.expect, body);
    if (one.expect.errors)
      expect(body.errors.map(({ policy }: { policy: string }) => policy)).toEqual(one.expect.errors);
    if (one.expect.failing_terms) expect(body.failing_terms).toEqual(one.expect.failing_terms);
    expect(body.reason).toBe(overBus.reason);
  });
});

describe('a policy that denies where it is in force', () => {
  const refused = CASES.filter(({ one }) => isRefused(one)).map(({ one }) => [one.name, one] as const);

  it.each(refused)('cannot be published: %s', async (_, one) => {
    for (const policy of one.policies) {
      const { status, body } = await test.call('POST', '/v1/policies', person('admin'), documentOf(policy));
      expect(status).toBe(422);
      expect(JSON.stringify(body)).toContain(JSON.stringify(policy.refused).slice(1, -1));
    }
  });
});

describe('the cases', () => {
  it('are many, and all in the ledger, twice each', async () => {
    expect(CASES.length).toBeGreaterThanOrEqual(150);
    const rows = await eventually(async () => {
      const found = await test.rows(
        `SELECT source, count(*)::int FROM governance.decisions GROUP BY source ORDER BY source`,
      );
      expect(found[0]).toEqual({ source: 'bus', count: CASES.length });
      return found;
    });
    expect(rows).toHaveLength(2);
  });
});
