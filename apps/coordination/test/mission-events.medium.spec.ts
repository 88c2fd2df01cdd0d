import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { DEFAULT_ORGANIZATION, deadLetterKey, STREAMS, streamKey } from '@agion/wire';
import { person, type RunningCoordination, startCoordination } from './running-coordination.js';

const stream = streamKey(DEFAULT_ORGANIZATION.slug, STREAMS.missions);
const agent = 'demo:echo';

let running: RunningCoordination;
let mission: string;
beforeAll(async () => {
  running = await startCoordination();
}, 60_000);
afterAll(() => running?.stop());

async function newMission(organization = DEFAULT_ORGANIZATION): Promise<string> {
  const principal = person('operator', organization);
  return String((await running.post('/v1/missions', { name: 'Watched', goal: 'x' }, { principal })).body.id);
}

async function recent(id = mission, organization = DEFAULT_ORGANIZATION): Promise<Record<string, unknown>[]> {
  const { body } = await running.get(`/v1/missions/${id}`, person('viewer', organization));
  return body.recent_events as Record<string, unknown>[];
}

const report = (fields: Record<string, string> = {}): Record<string, string> => ({
  mission_id: mission,
  agent_id: agent,
  event_type: 'task.completed',
  ...fields,
});

const deadLetter = async (id: string, of = stream): Promise<Record<string, string> | undefined> =>
  (await running.entries(deadLetterKey(of))).find(({ source_id: source }) => source === id);

describe('a report about a mission', () => {
  beforeAll(async () => {
    mission = await newMission();
  });

  it('is seen with the mission', async () => {
    const at = new Date(Date.now() - 2_000).toISOString();
    const eventId = randomUUID();
    await running.append(
      stream,
      report({ event_id: eventId, task_id: 'collect', payload: '{"rows":[1,2]}', timestamp: at, unknown: 'ignored' }),
    );
    await eventually(async () =>
      expect(await recent()).toEqual([
        {
          event_id: eventId,
          agent_id: agent,
          event_type: 'task.completed',
          task_id: 'collect',
          payload: { rows: [1, 2] },
          at,
        },
      ]),
    );
  });

  it('is recorded once under its own identity, and each time without one', async () => {
    mission = await newMission();
    const eventId = randomUUID();
    for (let i = 0; i < 3; i++) await running.append(stream, report({ event_id: eventId }));
    const anonymous = [await running.append(stream, report()), await running.append(stream, report())];
    await eventually(async () => {
      const ids = (await recent()).map(({ event_id: id }) => id);
      expect(ids.sort()).toEqual([eventId, ...anonymous.map((id) => `redis:${id}`)].sort());
    });
  });

  it('gets the time of its entry when its own is not believable', async () => {
    mission = await newMission();
    const id = await running.append(stream, report({ timestamp: '1999-01-01T00:00:00Z' }));
    const taken = new Date(Number(id.split('-')[0])).toISOString();
    await eventually(async () => expect(await recent()).toMatchObject([{ at: taken }]));
  });

  it('is shown among the latest twenty', async () => {
    mission = await newMission();
    const start = Date.now() - 60_000;
    const times = Array.from({ length: 25 }, (_, i) => new Date(start + i * 1_000).toISOString());
    for (const timestamp of times) await running.append(stream, report({ timestamp }));
    await eventually(async () => expect((await recent()).map(({ at }) => at)).toEqual(times.slice(5).toReversed()));
  });
});

describe('a report that can never be recorded', () => {
  const bad: [string, () => Record<string, string>, RegExp][] = [
    ['is about no mission', () => report({ mission_id: randomUUID() }), /has no mission/],
    ['has no mission id', () => ({ agent_id: agent, event_type: 'x' }), /mission_id/],
    ['has a mission id that is none', () => report({ mission_id: 'first' }), /mission_id/],
    ['comes from nobody', () => report({ agent_id: 'Not An Agent' }), /agent_id/],
    ['is of no kind', () => report({ event_type: '' }), /event_type/],
    ['has an identity of ours', () => report({ event_id: 'redis:1-1' }), /event_id/],
    ['holds JSON that is none', () => report({ payload: '{' }), /payload/],
    ['holds what Postgres cannot keep', () => report({ payload: '{"a":"\\u0000"}' }), /payload/],
  ];

  it.each(bad)('goes to the dead letters when it %s, and the group goes on', async (_, make, reason) => {
    mission = await newMission();
    const id = await running.append(stream, make());
    await running.append(stream, report());
    await eventually(async () => expect(await recent()).toHaveLength(1));
    await eventually(async () => expect((await deadLetter(id))?.error).toMatch(reason));
  });

  it('is also one about a mission of another organization', async () => {
    const theirs = await newMission(running.acme);
    const id = await running.append(stream, report({ mission_id: theirs }));
    await eventually(async () =>
      expect((await deadLetter(id))?.error).toMatch(/organization `default` has no mission/),
    );
    expect(await recent(theirs, running.acme)).toEqual([]);
  });
});

describe('two organizations', () => {
  it('report on streams of their own, where the same identity means two events', async () => {
    const eventId = randomUUID();
    mission = await newMission();
    const theirs = await newMission(running.acme);
    const theirStream = streamKey(running.acme.slug, STREAMS.missions);
    await running.append(stream, report({ event_id: eventId }));
    await running.append(theirStream, report({ event_id: eventId, mission_id: theirs }));
    await eventually(async () => {
      expect(await recent()).toMatchObject([{ event_id: eventId }]);
      expect(await recent(theirs, running.acme)).toMatchObject([{ event_id: eventId }]);
    });
  });
});

describe('the service', () => {
  it('is ready when Postgres, its migrations, Redis and its consumer are', async () => {
    const response = await fetch(`${running.url}/readiness`);
    expect(await response.json()).toMatchObject({
      status: 'ready',
      checks: { postgres: { status: 'ok' }, redis: { status: 'ok' }, consumers: { status: 'ok' } },
    });
  });
});
