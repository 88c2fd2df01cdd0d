import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { DEFAULT_ORGANIZATION, deadLetterKey, STREAMS, streamKey } from '@agion/wire';
import { person, type RunningCoordination, startCoordination } from './running-coordination.js';

const stream = streamKey(DEFAULT_ORGANIZATION.slug, STREAMS.missions);

let running: RunningCoordination;
beforeAll(async () => {
  running = await startCoordination('production');
}, 60_000);
afterAll(() => running?.stop());

it('in production records what governance vouches for, and nothing that anybody could have written', async () => {
  const { body } = await running.post('/v1/missions', { name: 'Watched', goal: 'x' });
  const report = (agentId: string) => ({
    mission_id: String(body.id),
    agent_id: agentId,
    event_type: 'task.completed',
  });
  const forged = await running.append(stream, report('someone:else'));
  await running.append(stream, running.signedByGovernance(stream, report('demo:echo')));
  await eventually(async () => {
    const mission = await running.get(`/v1/missions/${String(body.id)}`, person('viewer'));
    expect(mission.body.recent_events).toEqual([expect.objectContaining({ agent_id: 'demo:echo' })]);
  });
  await eventually(async () =>
    expect(await running.entries(deadLetterKey(stream))).toEqual([
      expect.objectContaining({ source_id: forged, agent_id: 'someone:else' }),
    ]),
  );
});
