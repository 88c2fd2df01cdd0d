import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asOwner, eventually } from '@agion/testing';
import { casesForTheWire, documentOf, type PolicyCase } from '../../libs/policy-engine/test/case-table.js';
import { type Platform, startPlatform } from '../platform.js';
import { type Fields, RawRedis } from '../raw-redis.js';

/**
 * The cases of the policy engine once more, over the streams and over HTTP: each in an organization of its own, with its policies
 * published as an admin would.
 */
const CASES = casesForTheWire()
  .filter(({ policies }) => policies.every(({ tier }) => tier !== 'platform')) // nobody in an organization may write those
  .map((one, index) => ({ ...one, slug: `case-${index}` }));
type WireCase = (typeof CASES)[number];
const AT_ONCE = 8;

interface Told {
  decision: string;
  winner: string | null;
  matched: string[];
  reason: string;
}
interface Answers {
  streamed: Told;
  answered: Told & { errors: string[]; failing_terms: string[] };
}

let platform: Platform;
let redis: RawRedis;
const answers = new Map<string, Answers | Error>();

beforeAll(async () => {
  platform = await startPlatform({ organizations: CASES.map(({ slug }) => slug) });
  redis = await RawRedis.open(platform.redis.url);
  await asOwner(platform.database, (client) =>
    client.query(
      `INSERT INTO governance.policy_revisions (organization_id, default_effect)
       SELECT organization_id, 'allow' FROM registry.organizations WHERE slug = ANY ($1)`,
      [CASES.filter((one) => one.default === 'allow').map(({ slug }) => slug)],
    ),
  );
  const waiting = [...CASES];
  const work = async (): Promise<void> => {
    for (let one = waiting.shift(); one; one = waiting.shift())
      answers.set(one.slug, await ask(one).catch((error: Error) => error));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}, 180_000);
afterAll(async () => {
  redis?.close();
  await platform?.stop();
}, 60_000);

async function ask(one: WireCase): Promise<Answers> {
  const { slug, policies, request } = one;
  const token = await platform.person('admin', { organization: slug });
  const agent = await platform.call('POST', '/api/v1/agents/register', {
    token,
    body: { agent_id: request.agent, name: request.agent },
  });
  expect([slug, agent.status]).toEqual([slug, 201]);
  for (const { status, ...policy } of policies) {
    const isArchived = status === 'archived';
    const body = documentOf({ ...policy, ...(status !== undefined && !isArchived && { status }) });
    const made = await platform.call('POST', '/api/v1/policies', { token, body });
    expect([one.name, made.status, made.body.errors]).toEqual([one.name, 201, undefined]);
    if (isArchived) await platform.call('DELETE', `/api/v1/policies/${policy.id}`, { token });
  }
  const { action, resource, mission, arguments: given, context } = request;
  const question = { agent_id: request.agent, action, resource, mission_id: mission, arguments: given, context };
  const streamed = await askStream(slug, question);
  const { status, body } = await platform.call('POST', '/api/v1/governance/check', {
    token: agent.body.token,
    body: question,
  });
  expect([one.name, status]).toEqual([one.name, 200]);
  return {
    streamed,
    answered: {
      decision: body.decision,
      winner: body.winner?.policy ?? null,
      matched: policiesIn(body.matched),
      reason: body.reason,
      errors: policiesIn(body.errors),
      failing_terms: body.failing_terms,
    },
  };
}

async function askStream(slug: string, question: Record<string, unknown>): Promise<Told> {
  const correlation = randomUUID();
  const present = Object.entries(question).filter(([, value]) => value !== undefined);
  const fields: Fields = Object.fromEntries(
    present.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
  await redis.append(`org:${slug}:governance:requests`, {
    ...fields,
    correlation_id: correlation,
    timeout_ms: '60000',
  });
  return eventually(
    async () => {
      const entries = await redis.range(`org:${slug}:governance:responses`);
      const found = entries.find((entry) => entry.fields.correlation_id === correlation);
      if (!found) throw new Error(`no answer for ${slug}`);
      const matched = policiesIn(JSON.parse(found.fields.policies ?? '[]'));
      const { decision = '', reason = '' } = found.fields;
      return { decision, winner: matched[0] ?? null, matched, reason };
    },
    { timeoutMs: 20_000 },
  );
}

const policiesIn = (list: { policy: string }[]): string[] => list.map(({ policy }) => policy);

describe.each([...new Set(CASES.map(({ group }) => group))])('%s, over the streams and over HTTP', (group) => {
  test.each(CASES.filter((one) => one.group === group))('$name', ({ slug, expect: expected }) => {
    const found = answers.get(slug);
    if (!found || found instanceof Error) throw found ?? new Error(`${slug} was not asked`);
    const { streamed, answered } = found;
    expect(answered).toMatchObject(expected);
    const { errors: _errors, failing_terms: _terms, ...told } = expected satisfies PolicyCase['expect'];
    expect(streamed).toMatchObject(told);
    const { decision, winner, matched, reason } = answered;
    expect(streamed).toEqual({ decision, winner, matched, reason });
  });
});

test('there are at least 150 of them', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(150);
});
