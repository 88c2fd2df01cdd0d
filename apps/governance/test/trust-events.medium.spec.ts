import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { STREAMS } from '@agion/wire';
import { type Fields, TrustUnderTest } from './trust-under-test.js';

let running: TrustUnderTest;
beforeAll(async () => {
  running = await TrustUnderTest.start();
}, 60_000);
afterAll(() => running.stop());

const event = (agentId: string, given: Fields = {}): Fields => ({
  agent_id: agentId,
  event_type: 'task_completed',
  severity: 'positive',
  impact: '0.05',
  event_id: randomUUID(),
  ...given,
});
const publish = (entries: readonly Fields[], organization?: TrustUnderTest['acme']): Promise<string[]> =>
  running.append(STREAMS.trust, entries, organization);
const DIMENSIONS = ['reliability', 'compliance', 'security', 'feedback'];

/** Straight from the page, over what was sent today by agents about themselves. */
function model(events: readonly Fields[]): number {
  const weights: Record<string, number> = { positive: 1, neutral: 0, minor: 2, negative: 2, major: 6, critical: 6 };
  const exponents = [0.3, 0.3, 0.25, 0.15];
  return DIMENSIONS.reduce((product, dimension, i) => {
    let [good, bad] = [0, 0];
    for (const { severity = '', impact, dimension: of } of events) {
      if (of !== dimension) continue;
      const weight = (weights[severity] ?? 0) * Math.min(4, Math.max(0.2, Math.abs(Number(impact)) / 0.05)) * 0.25;
      if (severity === 'positive') good += weight;
      else bad += weight;
    }
    return product * ((5 + Math.min(20, good)) / (10 + Math.min(20, good) + bad)) ** (exponents[i] ?? 0);
  }, 1_000);
}

describe('trust events', () => {
  it('count once each, a tenth of them sent twice, and make the score of the model', async () => {
    const severities = ['positive', 'positive', 'positive', 'minor', 'negative', 'neutral', 'major'];
    const sent = Array.from({ length: 1_000 }, (_, i) =>
      event('many:a', {
        event_id: `many-${i}`,
        severity: severities[i % severities.length] ?? '',
        impact: String(((i % 9) - 4) / 20),
        dimension: DIMENSIONS[i % 4] ?? '',
      }),
    );
    await publish([...sent, ...sent.filter((_, i) => i % 10 === 0)]);
    await running.settled(STREAMS.trust);
    expect(await running.events('many:a')).toHaveLength(1_000);
    const { score, trust_score: trustScore, confidence } = await running.trust('many:a');
    expect(Math.abs(Number(score) - Math.min(699, model(sent)))).toBeLessThan(0.1);
    expect(trustScore).toBeCloseTo(Number(score) / 1_000, 6);
    expect(await running.key('many:a')).toBe(trustScore);
    const weighty = sent.filter(({ severity }) => severity !== 'neutral').length;
    expect(confidence).toBeCloseTo(weighty / (weighty + 10), 3);
  });

  it('change nothing when they are all delivered once more', async () => {
    const before = await running.trust('many:a');
    const buckets = await running.rows('SELECT * FROM governance.trust_buckets ORDER BY 1, 2, 3, 4, 5');
    await running.redeliver(STREAMS.trust);
    await publish([event('many:b')]);
    await running.settled(STREAMS.trust);
    expect(await running.events('many:b')).toHaveLength(1);
    expect(await running.trust('many:a')).toEqual(before);
    expect(
      await running.rows("SELECT * FROM governance.trust_buckets WHERE agent_id <> 'many:b' ORDER BY 1, 2, 3, 4, 5"),
    ).toEqual(buckets);
  });

  it('replayed from the ledger give the stored buckets', async () => {
    const names = 'agent_id, fingerprint, dimension';
    const replayed = await running.rows(`
      SELECT ${names}, (at AT TIME ZONE 'UTC')::date::text AS day,
        coalesce(sum(weight) FILTER (WHERE severity = 'positive'), 0)::text AS positive,
        coalesce(sum(weight) FILTER (WHERE severity <> 'positive'), 0)::text AS negative,
        count(*) FILTER (WHERE weight > 0)::int AS count,
        coalesce(sum(weight) FILTER (WHERE severity = 'positive' AND source IN ('platform', 'person')), 0)::text AS verified_positive,
        count(*) FILTER (WHERE severity = 'positive' AND source IN ('platform', 'person'))::int AS verified_count,
        coalesce(sum(weight) FILTER (WHERE severity <> 'positive' AND source = 'peer'), 0)::text AS peer_negative,
        count(*) FILTER (WHERE severity IN ('major', 'critical') AND source IN ('platform', 'person'))::int AS majors
      FROM governance.trust_events GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`);
    const stored = await running.rows(`
      SELECT ${names}, day::text, positive::text, negative::text, count, verified_positive::text, verified_count,
        peer_negative::text, majors
      FROM governance.trust_buckets ORDER BY 1, 2, 3, 4`);
    expect(stored.length).toBeGreaterThan(4);
    expect(stored).toEqual(replayed);
  });

  it('are the agent’s own word without a service’s signature, whatever they say', async () => {
    await publish([
      event('word:self', { reporter: 'gateway', source: 'platform', event_id: 'w1' }),
      running.signed(STREAMS.trust, event('word:self', { event_id: 'w2', reporter: 'word:other' })),
    ]);
    await running.settled(STREAMS.trust);
    expect(await running.events('word:self')).toMatchObject([
      { event_id: 'w1', source: 'self', weight: '250000', reporter: null },
      { event_id: 'w2', source: 'platform', weight: '1000000', reporter: 'word:other' },
    ]);
  });

  it('are known by their entry when they have no identity, and by the time Redis took them when theirs is unbelievable', async () => {
    const { event_id: _, ...nameless } = event('plain:a', { timestamp: '2001-01-01T00:00:00Z' });
    const [id = ''] = await publish([nameless]);
    await running.settled(STREAMS.trust);
    const [row] = await running.events('plain:a');
    expect(row).toMatchObject({
      event_id: `redis:${id}`,
      dimension: 'reliability',
      at: new Date(Number(id.split('-')[0])),
    });
  });

  it('stay within their organization', async () => {
    const same = event('shared:a', { event_id: 'same', severity: 'major' });
    await publish([same], running.acme);
    await eventually(async () => expect(await running.events('shared:a', running.acme)).toHaveLength(1), {
      timeoutMs: 15_000,
    });
    expect(await running.events('shared:a')).toEqual([]);
    expect(await running.trust('shared:a')).toMatchObject({ score: 500 });
    await eventually(async () => expect(await running.key('shared:a', running.acme)).toBeLessThan(0.5));
  });
});

describe('several replicas', () => {
  it('share the work: every event counts once, and the score is the same', async () => {
    const sent = Array.from({ length: 3_000 }, (_, i) =>
      event(`crew:a${i % 7}`, { event_id: `crew-${i}`, dimension: DIMENSIONS[i % 4] ?? '' }),
    );
    const replica = await running.startReplica();
    try {
      const chunks = Array.from({ length: 30 }, (_, i) => sent.slice(i * 100, i * 100 + 100));
      await Promise.all(chunks.flatMap((chunk, i) => [publish(chunk), publish(chunks[29 - i]?.slice(0, 10) ?? [])]));
      await running.settled(STREAMS.trust);
    } finally {
      await replica.close();
    }
    const [counted] = await running.rows(`
      SELECT (SELECT count(*)::int FROM governance.trust_events WHERE agent_id LIKE 'crew:%') AS events,
        (SELECT sum(count)::int FROM governance.trust_buckets WHERE agent_id LIKE 'crew:%') AS counted`);
    expect(counted).toEqual({ events: 3_000, counted: 3_000 });
    const { trust_score: trustScore } = await running.trust('crew:a0');
    await eventually(async () => expect(await running.key('crew:a0')).toBe(trustScore));
    expect((await running.deadLetters(STREAMS.trust)).filter(({ agent_id: id }) => id?.startsWith('crew:'))).toEqual(
      [],
    );
  });
});

describe('an entry that cannot be taken in', () => {
  it.each<[string, Fields, RegExp]>([
    ['lacks what it must have', { agent_id: 'bad:a' }, /event_type/],
    ['has an impact that is none', event('bad:a', { impact: 'much' }), /impact/],
    ['has too great an impact', event('bad:a', { impact: '1.01' }), /impact/],
    ['has no severity we know', event('bad:a', { severity: 'awful' }), /severity/],
    ['has no dimension we know', event('bad:a', { dimension: 'charm' }), /dimension/],
    ['has an identity like ours', event('bad:a', { event_id: 'decision:1' }), /event_id/],
    ['has a context that is none', event('bad:a', { context: '[]' }), /context/],
    ['has too great a context', event('bad:a', { context: JSON.stringify({ a: 'x'.repeat(8_200) }) }), /context/],
    ['speaks of nobody we know', event('bad:ghost'), /no agent `bad:ghost`/],
    ['has a service’s signature that is none', event('bad:a', { sig: 'execution.AAAA' }), /signed/],
  ])('goes to the dead letters when it %s', async (_, fields, reason) => {
    const [id] = await publish([fields, event('good:a')]);
    await running.settled(STREAMS.trust);
    const letter = (await running.deadLetters(STREAMS.trust)).find(({ source_id: source }) => source === id);
    expect(letter?.error).toMatch(reason);
    expect(await running.events('bad:a')).toEqual([]);
  });

  it('waits while the registry is away, and nothing is lost', async () => {
    running.registry.away = true;
    await publish([event('wait:a')]);
    await eventually(() => expect(running.registry.asked).toBeGreaterThan(0));
    expect(await running.events('wait:a')).toEqual([]);
    running.registry.away = false;
    await eventually(async () => expect(await running.events('wait:a')).toHaveLength(1), { timeoutMs: 20_000 });
    expect((await running.deadLetters(STREAMS.trust)).filter(({ agent_id: id }) => id === 'wait:a')).toEqual([]);
  });
});
