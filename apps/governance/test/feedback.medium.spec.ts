import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { STREAMS, type Principal } from '@agion/wire';
import { agent, container, type Fields, person, TrustUnderTest } from './trust-under-test.js';

let running: TrustUnderTest;
beforeAll(async () => {
  running = await TrustUnderTest.start();
}, 60_000);
afterAll(() => running.stop());

const feedbackOf = (agentId: string): Promise<Record<string, unknown>[]> =>
  running.rows('SELECT * FROM governance.feedback WHERE agent_id = $1 ORDER BY feedback_id', agentId);

describe('feedback over HTTP', () => {
  it.each<[string, Principal, string, number]>([
    ['a person', person('viewer'), 'person', 3_000_000],
    ['another agent', agent('other:b'), 'peer', 1_000_000],
    ['the agent itself', agent('rated:a'), 'self', 500_000],
    ['its container', container('rated'), 'self', 500_000],
    ['a service account', { ...person('viewer'), kind: 'service_account', subject: 'ci' }, 'peer', 1_000_000],
  ])('counts as the word of %s', async (_, as, source, weight) => {
    const { status, body } = await running.call('POST', '/v1/feedback', as, { agent_id: 'rated:a', rating: 5 });
    expect(status).toBe(201);
    expect(body).toMatchObject({ agent_id: 'rated:a', rating: 5, source, comment: null });
    const [event] = await running.rows(
      'SELECT * FROM governance.trust_events WHERE event_id = $1',
      `feedback:${body.feedback_id}`,
    );
    expect(event).toMatchObject({ severity: 'positive', dimension: 'feedback', source, weight: String(weight) });
    await eventually(async () =>
      expect(await running.key('rated:a')).toBe((await running.trust('rated:a')).trust_score),
    );
  });

  it('takes thumbs for ratings, keeps what it was about, and lowers the score when it is bad', async () => {
    const before = Number((await running.trust('thumbs:a')).score);
    const { body } = await running.call('POST', '/v1/feedback', person('viewer'), {
      agent_id: 'thumbs:a',
      thumb: 'down',
      comment: 'late\nand wrong',
      execution_id: 'run-1',
    });
    expect(body).toMatchObject({ rating: 2, comment: 'late\nand wrong', execution_id: 'run-1' });
    expect(Number((await running.trust('thumbs:a')).score)).toBeLessThan(before);
  });

  it('counts once under its Idempotency-Key', async () => {
    const give = (): Promise<{ body: Record<string, unknown> }> =>
      running.call(
        'POST',
        '/v1/feedback',
        person('viewer'),
        { agent_id: 'once:a', rating: 4 },
        { 'idempotency-key': 'k1' },
      );
    expect((await give()).body).toEqual((await give()).body);
    expect(await feedbackOf('once:a')).toHaveLength(1);
  });

  it.each<[string, object, number, string]>([
    ['neither rating nor thumb', {}, 422, '/rating'],
    ['a rating of 6', { rating: 6 }, 422, '/rating'],
    ['half a point', { rating: 2.5 }, 422, '/rating'],
    ['a thumb sideways', { thumb: 'left' }, 422, '/thumb'],
    ['both', { rating: 5, thumb: 'up' }, 422, '/thumb'],
    ['an author of its own', { rating: 5, user_id: 'eve' }, 422, '/user_id'],
  ])('is refused with %s', async (_, given, expected, pointer) => {
    const { status, body } = await running.call('POST', '/v1/feedback', person('viewer'), {
      agent_id: 'no:a',
      ...given,
    });
    expect(status).toBe(expected);
    expect(body.errors).toMatchObject([{ pointer }]);
    expect(await feedbackOf('no:a')).toEqual([]);
  });

  it('is refused about nobody, and from nobody', async () => {
    const about = (agentId: string, as: Principal): Promise<{ status: number }> =>
      running.call('POST', '/v1/feedback', as, { agent_id: agentId, rating: 1 });
    expect((await about('no:ghost', person('viewer'))).status).toBe(404);
    expect((await about('no:a', person(null))).status).toBe(403);
  });
});

describe.each([STREAMS.feedbackSubmissions, STREAMS.feedback])('feedback on %s', (stream) => {
  const name = stream.replaceAll(':', '-');

  it('counts once, as nobody’s proven word', async () => {
    const entry: Fields = {
      agent_id: `${name}:a`,
      rating: '4',
      event_id: `${name}-1`,
      user_id: 'ada',
      comment: 'fine',
    };
    await running.append(stream, [entry, entry, { agent_id: `${name}:a`, thumb: 'down' }]);
    await running.settled(stream);
    const rows = await feedbackOf(`${name}:a`);
    expect(rows).toHaveLength(2);
    expect(rows.find(({ feedback_id: id }) => id === `${name}-1`)).toMatchObject({
      rating: 4,
      source: 'self',
      author: null,
      claimed_user: 'ada',
      comment: 'fine',
    });
    expect(await running.events(`${name}:a`)).toHaveLength(2);
    await running.redeliver(stream);
    await running.append(stream, [{ agent_id: `${name}:b`, rating: '1' }]);
    await running.settled(stream);
    expect(await running.events(`${name}:a`)).toHaveLength(2);
    expect(await running.events(`${name}:b`)).toMatchObject([{ severity: 'minor', impact: -0.1 }]);
  });

  it('is the word of the person whom a service names and signs for', async () => {
    const entry = { agent_id: `${name}:c`, rating: '5', event_id: `${name}-c`, user_id: 'ada' };
    await running.append(stream, [running.signed(stream, entry)]);
    await running.settled(stream);
    expect(await feedbackOf(`${name}:c`)).toMatchObject([{ source: 'person', author: 'user:ada' }]);
    expect(await running.events(`${name}:c`)).toMatchObject([{ source: 'person', weight: '3000000' }]);
  });

  it('goes to the dead letters when it says nothing or speaks of nobody', async () => {
    const ids = await running.append(stream, [
      { agent_id: 'f:a' },
      { agent_id: 'f:a', rating: '0' },
      { agent_id: 'f:a', rating: '4.5' },
      { agent_id: 'f:ghost', rating: '5' },
    ]);
    await running.settled(stream);
    const letters = await running.deadLetters(stream);
    expect(ids.map((id) => letters.find(({ source_id: source }) => source === id)?.error)).toEqual([
      expect.stringMatching(/rating/),
      expect.stringMatching(/rating/),
      expect.stringMatching(/rating/),
      expect.stringMatching(/no agent/),
    ]);
  });
});
