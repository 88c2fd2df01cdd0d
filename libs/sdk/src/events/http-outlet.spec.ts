import { describe, expect, it } from '@jest/globals';
import { STREAMS, type StreamName } from '@agion/wire';
import { GatewayClient } from '../http/gateway.client.js';
import type { OutgoingEntry } from './event-outlet.js';
import { HttpOutlet } from './http-outlet.js';

interface Sent {
  events: Record<string, string>[];
}

/** An outlet whose gateway answers as told, and all that was sent to it. */
function made(answer: (sent: Sent) => Response): { outlet: HttpOutlet; sent: Sent[] } {
  const sent: Sent[] = [];
  const fetch: typeof globalThis.fetch = async (_, init) => {
    const body = JSON.parse(init?.body as string) as Sent;
    sent.push(body);
    return Promise.resolve(answer(body));
  };
  return { outlet: new HttpOutlet(new GatewayClient({ url: 'http://gateway', fetch })), sent };
}

const entries = (count: number, size = 1): OutgoingEntry[] =>
  Array.from({ length: count }, (_, n) => ({
    stream: STREAMS.trust,
    fields: { event_id: `e-${n}`, agent_id: 'demo:a', context: 'x'.repeat(size) },
  }));

const taken = (): Response => new Response('{}', { status: 202 });
const problem = (status: number, errors?: object[], headers = {}): Response =>
  new Response(JSON.stringify({ type: '/problems/some', title: 'Some', detail: 'some fault', status, errors }), {
    status,
    headers,
  });
const states = (results: { state: string }[]): string => results.map(({ state }) => state[0]).join('');

describe('events over HTTP', () => {
  it.each<[StreamName, string]>([
    [STREAMS.trust, 'trust'],
    [STREAMS.feedback, 'feedback'],
    [STREAMS.missions, 'mission'],
    [STREAMS.decisions, 'decision'],
    [STREAMS.executionReports, 'report'],
  ])('of %s are of the kind %s', async (stream, kind) => {
    const { outlet, sent } = made(taken);
    await outlet.append([{ stream, fields: { agent_id: 'demo:a' } }]);
    expect(sent).toEqual([{ events: [{ kind, agent_id: 'demo:a' }] }]);
  });

  it('do not name the user who gave feedback: that follows from the credentials', async () => {
    const { outlet, sent } = made(taken);
    await outlet.append([
      { stream: STREAMS.feedback, fields: { agent_id: 'demo:a', user_id: 'ada' } },
      { stream: STREAMS.decisions, fields: { agent_id: 'demo:a', user_id: 'ada' } },
    ]);
    expect(sent[0]?.events.map(({ user_id: user }) => user)).toEqual([undefined, 'ada']);
  });

  it('go in requests of at most 500 events and less than a megabyte', async () => {
    const { outlet, sent } = made(taken);
    expect(states(await outlet.append([...entries(1_100), ...entries(20, 100_000)]))).toBe('t'.repeat(1_120));
    expect(sent.flatMap(({ events }) => events)).toHaveLength(1_120);
    for (const body of sent) {
      expect(body.events.length).toBeLessThanOrEqual(500);
      expect(JSON.stringify(body).length).toBeLessThan(1_000_000);
    }
  });

  it('that the problem names are refused, the others are sent again', async () => {
    const { outlet, sent } = made(({ events }) => {
      const faulty = events.flatMap(({ event_id: id }, index) =>
        id === 'e-2' || id === 'e-5' ? [{ pointer: `/events/${index}/impact`, detail: 'must be a number' }] : [],
      );
      return faulty.length > 0 ? problem(422, faulty) : taken();
    });
    const results = await outlet.append(entries(7));
    expect(states(results)).toBe('ttrttrt');
    expect(results[2]).toEqual({ state: 'refused', reason: '`impact`: must be a number' });
    expect(sent.map(({ events }) => events.length)).toEqual([7, 5]);
  });

  it('are halved until the one at fault is found when the problem names none', async () => {
    const { outlet, sent } = made(({ events }) =>
      events.some(({ event_id: id }) => id === 'e-70') ? problem(400) : taken(),
    );
    const results = await outlet.append(entries(100));
    expect(results.flatMap(({ state }, index) => (state === 'refused' ? [index] : []))).toEqual([70]);
    expect(results.filter(({ state }) => state === 'taken')).toHaveLength(99);
    expect(sent.length).toBeLessThan(20);
  });

  it.each([401, 403, 404, 429, 500, 503])('wait when the answer is %i', async (status) => {
    const { outlet, sent } = made(() => problem(status, undefined, { 'retry-after': '7' }));
    const results = await outlet.append(entries(1_200));
    expect(states(results)).toBe('l'.repeat(1_200));
    expect(results[0]).toEqual({ state: 'later', reason: 'some fault', retryAfterMs: 7_000 });
    expect(sent).toHaveLength(1);
  });

  it('that were taken before something went wrong are taken', async () => {
    let answers = 0;
    const { outlet } = made(() => (answers++ === 0 ? taken() : problem(503)));
    expect(states(await outlet.append(entries(600)))).toBe(`${'t'.repeat(500)}${'l'.repeat(100)}`);
  });

  it('wait when the outlet is closed', async () => {
    const gateway = new GatewayClient({
      url: 'http://gateway',
      fetch: (_, init) =>
        new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))),
    });
    const outlet = new HttpOutlet(gateway);
    const waiting = outlet.append(entries(3));
    await outlet.close();
    expect(states(await waiting)).toBe('lll');
  });
});
