import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { STREAMS, type StreamName } from '@agion/wire';
import { v7 as uuidv7 } from 'uuid';
import { TrustUnderTest, type Fields } from './trust-under-test.js';

let running: TrustUnderTest;
beforeAll(async () => {
  running = await TrustUnderTest.start('production');
}, 60_000);
afterAll(() => running.stop());

const about = (agentId: string, given: Fields = {}): Fields => ({
  agent_id: agentId,
  event_type: 'data_leak',
  severity: 'critical',
  impact: '-1',
  ...given,
});
async function written(stream: StreamName, entries: Fields[]): Promise<string[]> {
  const ids = await running.append(stream, entries);
  await running.settled(stream);
  return ids;
}
/** An entry of its own: now its key is known here. */
const known = (agentId: string): Promise<string[]> =>
  written(STREAMS.trust, [running.signedBy(agentId, STREAMS.trust, about(agentId, { severity: 'neutral' }))]);
const forged = async (agentId: string): Promise<Record<string, unknown>[]> =>
  (await running.events(agentId)).filter(({ event_type: type }) => type === 'forged_event');
const violations = async (): Promise<Record<string, unknown>[]> =>
  (await running.call('GET', '/v1/violations?kind=forged&limit=200')).body.items;

describe('an entry that one agent has signed in the name of another', () => {
  it('counts against the one whose key it is, once, and not against the other', async () => {
    await known('sign:a');
    const entry = running.signedBy('sign:a', STREAMS.trust, about('sign:victim', { event_id: 'sign-1' }));
    await written(STREAMS.trust, [entry, entry]);
    await running.redeliver(STREAMS.trust);
    await known('sign:a');
    expect(await forged('sign:a')).toMatchObject([
      {
        severity: 'major',
        source: 'platform',
        dimension: 'security',
        context: { channel: STREAMS.trust, claimed: 'agent:sign:victim' },
      },
    ]);
    expect(await running.events('sign:victim')).toEqual([]);
    expect(await running.deadLetters(STREAMS.trust)).not.toEqual([]);
    expect(await violations()).toMatchObject([{ agent_id: 'sign:a', details: { by: 'agent:sign:a' } }]);
  }, 30_000);

  it.each<[StreamName, (agentId: string) => Fields]>([
    [STREAMS.executionReports, (id) => ({ report_id: uuidv7(), agent_id: id, action: 'x', status: 'failed' })],
    [STREAMS.feedback, (id) => ({ agent_id: id, rating: '1' })],
    [
      STREAMS.decisions,
      (id) => ({
        decision_id: uuidv7(),
        agent_id: id,
        action: 'x',
        decision: 'deny',
        policy_revision: '1',
        at: new Date().toISOString(),
      }),
    ],
    [STREAMS.governanceRequests, (id) => ({ correlation_id: uuidv7(), agent_id: id, action: 'x' })],
  ])('is found on %s too', async (stream, fields) => {
    const forger = `on:${stream.replaceAll(':', '-')}`;
    await known(forger);
    await new Promise((resolve) => setTimeout(resolve, 1_000)); // few are looked for each second
    await written(stream, [running.signedBy(forger, stream, fields('sign:victim'))]);
    expect(await forged(forger)).toMatchObject([{ context: { channel: stream, claimed: 'agent:sign:victim' } }]);
    expect(await running.events('sign:victim')).toEqual([]);
  });

  it('counts against nobody when nobody is found: it is a violation all the same', async () => {
    const count = (await violations()).length;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const noise = { ...about('sign:victim'), sig: Buffer.alloc(32, 7).toString('base64url') };
    await written(STREAMS.trust, [
      noise,
      about('sign:victim'),
      running.signedBy('sign:stranger', STREAMS.trust, about('sign:victim')),
    ]);
    expect(await running.events('sign:victim')).toEqual([]);
    expect(await running.events('sign:stranger')).toEqual([]);
    expect((await violations()).length).toBeGreaterThan(count);
  });

  it('is no lever: in an entry that is large nobody is looked for, since every key is a hash over all of it', async () => {
    await known('sign:large');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const large = about('sign:weighed', { padding: 'x'.repeat(500_000) });
    await written(STREAMS.trust, [running.signedBy('sign:large', STREAMS.trust, large)]);
    expect(await forged('sign:large')).toEqual([]);
    expect((await violations()).filter(({ agent_id: id }) => id === 'sign:weighed')).toHaveLength(1);
  });

  it('does not flood the list: a few of a day are told', async () => {
    const noise = Array.from({ length: 300 }, (_, index) => ({
      ...about('sign:flooded'),
      sig: Buffer.alloc(32, index).toString('base64url'),
    }));
    await written(STREAMS.trust, noise);
    const listed = (await violations()).filter(({ agent_id: id }) => id === 'sign:flooded');
    expect(listed).toHaveLength(20);
  });
});
