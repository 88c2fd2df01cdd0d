import { randomUUID } from 'node:crypto';
import { decodeEntry } from '@agion/messaging';
import { eventually } from '@agion/testing';
import { REDRIVEN, STREAMS, type StreamName } from '@agion/wire';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Fields, person, TrustUnderTest } from './trust-under-test.js';

const HIGH_WATER = 20;
const DAY = 86_400_000;

let running: TrustUnderTest;
beforeAll(async () => {
  running = await TrustUnderTest.start('development', { GOVERNANCE_STREAM_HIGH_WATER: String(HIGH_WATER) });
}, 60_000);
afterAll(() => running.stop());

const about = (agentId: string, given: Fields = {}): Fields => ({
  agent_id: agentId,
  event_type: 'task_completed',
  severity: 'positive',
  impact: '0.05',
  ...given,
});

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into bodies of all shapes
type Found = any;

/** The dead letter of an entry, once it is there. */
const letterOf = (sourceId: string, of = running.acme, status = 'open'): Promise<Found> =>
  eventually(
    async () => {
      const { body } = await running.call('GET', `/v1/dead-letters?limit=200`, person('operator', of));
      const found = body.items.find((each: Found) => each.source_id === sourceId);
      expect(found).toMatchObject({ status });
      return found;
    },
    { timeoutMs: 15_000 },
  );

async function dead(entry: Fields, stream: StreamName = STREAMS.trust): Promise<Found> {
  const [id = ''] = await running.append(stream, [entry], running.acme);
  return letterOf(id);
}

const redrive = (id: string): ReturnType<TrustUnderTest['call']> =>
  running.call('POST', `/v1/dead-letters/${id}/redrive`, person('operator', running.acme));

const stored = (agentId: string): Promise<Found[]> => running.events(agentId, running.acme);
const KEY = 'org:acme:agion:events:trust';

describe('a dead letter that is put back', () => {
  it('counts once, for the time it came first and under the identity it had', async () => {
    const at = new Date(Math.floor(Date.now() / DAY) * DAY - 3 * DAY + 3_600_000);
    running.registry.missing.add('late:a');
    const source = `${at.getTime()}-7`;
    await running.commands.del(KEY);
    await running.commands.xadd(KEY, source, ...Object.entries(about('late:a')).flat());
    const { id, source_at: told } = await letterOf(source);
    expect(told).toBe(at.toISOString());
    running.registry.missing.delete('late:a');
    expect(await redrive(id)).toMatchObject({
      status: 200,
      body: { status: 'redriven', redrives: 1, settled_by: 'user:ada' },
    });
    await eventually(async () => expect(await stored('late:a')).toMatchObject([{ event_id: `redis:${source}`, at }]));
    expect(await redrive(id)).toMatchObject({ status: 409, body: { type: '/problems/dead-letter-settled' } });

    // What a crash between the stream and the outbox would do: the same once more.
    const entries = await running.commands.xrange(KEY, '-', '+');
    const again = entries.find(([, flat]) => flat.includes(REDRIVEN))?.[1] ?? [];
    await running.commands.xadd(KEY, '*', ...again);
    await running.settled(STREAMS.trust, running.acme);
    expect(await stored('late:a')).toHaveLength(1);
    expect(
      await running.rows("SELECT day::text, count FROM governance.trust_buckets WHERE agent_id = 'late:a'"),
    ).toEqual([{ day: at.toISOString().slice(0, 10), count: 1 }]);
    await letterOf(source, running.acme, 'redriven');
  });

  it('is open again when it fails again, with what it failed of, and can be put back once more', async () => {
    running.registry.missing.add('slow:a');
    const { id, source_id: source } = await dead(about('slow:a', { event_id: 'slow-1' }));
    await redrive(id);
    const again = await eventually(async () => {
      const { body } = await running.call('GET', `/v1/dead-letters/${id}`, person('operator', running.acme));
      expect(body).toMatchObject({ status: 'open', redrives: 1, deliveries: 1, settled_by: null, source_id: source });
      return body;
    });
    expect(again.fields).toEqual(about('slow:a', { event_id: 'slow-1' }));
    running.registry.missing.delete('slow:a');
    expect((await redrive(id)).body).toMatchObject({ status: 'redriven', redrives: 2 });
    await eventually(async () => expect(await stored('slow:a')).toMatchObject([{ event_id: 'slow-1' }]));
    await eventually(async () =>
      expect(await running.rows("SELECT type FROM governance.audit_events WHERE subject ->> 'id' = $1", id)).toEqual([
        { type: 'dead_letter.redriven' },
        { type: 'dead_letter.redriven' },
      ]),
    );
  });

  it('goes once, however many ask at the same time', async () => {
    running.registry.missing.add('race:a');
    const { id } = await dead(about('race:a', { event_id: 'race-1' }));
    running.registry.missing.delete('race:a');
    const answers = await Promise.all(Array.from({ length: 8 }, () => redrive(id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(409)]);
    await running.settled(STREAMS.trust, running.acme);
    await eventually(async () => expect(await stored('race:a')).toHaveLength(1));
    const entries = await running.commands.xrange(KEY, '-', '+');
    expect(entries.filter(([, flat]) => flat.some((text) => text.includes('race-1')))).toHaveLength(2);
  });

  it('keeps the signature it came with', async () => {
    running.registry.missing.add('signed:a');
    const { id } = await dead(running.signed(STREAMS.trust, about('signed:a', { event_id: 's-1' }), running.acme));
    running.registry.missing.delete('signed:a');
    await redrive(id);
    await eventually(async () => expect(await stored('signed:a')).toMatchObject([{ source: 'platform' }]));
  });

  it('is back after Redis has lost everything', async () => {
    running.registry.missing.add('lost:a');
    const { id } = await dead(about('lost:a', { event_id: 'lost-1' }));
    running.registry.missing.delete('lost:a');
    await running.commands.flushall();
    expect((await redrive(id)).status).toBe(200);
    await eventually(async () => expect(await stored('lost:a')).toHaveLength(1), { timeoutMs: 15_000 });
  });
});

describe('a dead letter stays where it is', () => {
  it('when it is a request whose deadline has passed', async () => {
    const asked = { correlation_id: randomUUID(), agent_id: 'ask:a', action: 'x', context: 'no json', timeout_ms: '1' };
    const { id } = await dead(asked, STREAMS.governanceRequests);
    const whole = await running.call('GET', `/v1/dead-letters/${id}`, person('operator', running.acme));
    expect(whole.body.obstacle).toMatch(/its deadline has passed/);
    expect(await redrive(id)).toMatchObject({
      status: 409,
      body: { type: '/problems/dead-letter-not-redrivable', detail: expect.stringContaining('nobody waits') },
    });
  });

  it('when it was not kept as it came', async () => {
    const flat = [...Object.entries(about('twice:a')).flat(), 'impact', '0.06'];
    const source = String(await running.commands.xadd(KEY, '*', ...flat));
    const { id } = await letterOf(source);
    expect(await redrive(id)).toMatchObject({ status: 409, body: { detail: expect.stringContaining('as it came') } });
  });

  it('while those who read its stream are too far behind', async () => {
    const key = 'org:acme:agion:events:missions';
    const { id } = await deadMission();
    for (let n = 0; n < HIGH_WATER; n += 1) await running.commands.xadd(key, '*', 'n', String(n));
    const refused = await redrive(id);
    expect(refused).toMatchObject({ status: 503, body: { detail: expect.stringContaining(key) } });
    expect(await letterOf(refusedSource)).toMatchObject({ status: 'open', redrives: 0 });
    await running.commands.xtrim(key, 'MAXLEN', 0);
    await eventually(async () => expect((await redrive(id)).status).toBe(200));
    await eventually(async () => expect(await running.commands.xlen(key)).toBe(1));
  });

  it('when somebody else than governance says that it was put back', async () => {
    const forged = { [REDRIVEN]: JSON.stringify({ source_id: '1-0', attempt: 1, fields: about('forged:a') }) };
    const { error } = await dead({ ...forged, sig: 'governance.AAAA' });
    expect(error).toMatch(/is reserved/);
    expect(await stored('forged:a')).toEqual([]);
  });
});

let refusedSource = '';
/** As coordination would have written it, which does not run here. */
async function deadMission(): Promise<Found> {
  refusedSource = `${Date.now()}-0`;
  const letter = { mission_id: randomUUID(), agent_id: 'm:a', event_type: 'progress', event_id: randomUUID() };
  const reason = { error: 'Error: x', deliveries: '5', source_id: refusedSource, failed_at: new Date().toISOString() };
  const key = 'org:acme:agion:events:missions:dead';
  const id = await running.commands.xadd(key, '*', ...Object.entries({ ...letter, ...reason }).flat());
  expect(decodeEntry((await running.commands.xrange(key, String(id), String(id)))[0]?.[1] ?? [])).toMatchObject(letter);
  const found = await letterOf(refusedSource);
  expect(found).toMatchObject({ kind: 'exhausted', error: 'x', deliveries: 5 });
  return found;
}
