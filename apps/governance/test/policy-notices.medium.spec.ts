import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TopicHub } from '@agion/messaging';
import type { RunningService } from '@agion/service-kit';
import { asOwner, eventually } from '@agion/testing';
import { DEFAULT_ORGANIZATION } from '@agion/wire';
import { PolicySnapshots } from '../src/policies/policy-snapshots.service.js';
import { agent, forAgents, policy } from './policy-calls.js';
import {
  type Answer,
  type Call,
  call,
  person,
  type RunningGovernance,
  startGovernance,
  startReplica,
} from './running-governance.js';

interface Heard {
  channel: string;
  at: number;
  message: { type?: string; revision: number; epoch?: number; agents?: string[] };
}

const UPDATES = 'agion:policy:updates';
const BEACON = 'agion:policy:beacon';

let running: RunningGovernance;
let replica: RunningService;
let hub: TopicHub;
const heard: Heard[] = [];

beforeAll(async () => {
  running = await startGovernance();
  replica = await startReplica();
  hub = new TopicHub({ redisUrl: running.redisUrl, name: 'test:subscriber' });
  const channels = [UPDATES, BEACON, `org:acme:${UPDATES}`, `org:acme:${BEACON}`];
  const live = new Set<string>();
  for (const channel of channels)
    hub.subscribe(channel, {
      message: (text) => heard.push({ channel, at: Date.now(), message: JSON.parse(text) }),
      live: () => live.add(channel),
    });
  await eventually(() => expect(live.size).toBe(channels.length));
}, 60_000);
afterAll(async () => {
  hub?.close();
  await replica?.close();
  await running?.stop();
});

const to = (method: string, path: string, options: Call = {}, url = running.url()): Promise<Answer> =>
  call(url, method, `/v1/policies${path}`, options);
const on = (channel: string): Heard['message'][] =>
  heard.filter((each) => each.channel === channel).map(({ message }) => message);
/** The next beacon after now has been heard: whatever was to be published before it has been. */
const afterNextBeacon = async (): Promise<void> => {
  const before = on(BEACON).length;
  await eventually(() => expect(on(BEACON).length).toBeGreaterThan(before + 1));
};
const snapshotOf = (service: RunningService): PolicySnapshots => service.app.get(PolicySnapshots);

describe('a change of a policy', () => {
  it('is announced once, to the agents it concerns before and after', async () => {
    await to('POST', '', { body: policy('told', forAgents('demo:*')) });
    await to('PUT', '/told', { body: policy('told', forAgents('other:*', 'demo:echo')) });
    await to('PUT', '/told', { body: policy('told', { ...forAgents('other:*'), status: 'draft' }) });
    await to('POST', '/told/versions/3/activate');
    await to('PUT', '/told', { body: policy('told') });
    await to('DELETE', '/told');
    await afterNextBeacon();
    expect(on(UPDATES)).toEqual([
      { type: 'policy.updated', revision: 1, agents: ['demo:*'] },
      { type: 'policy.updated', revision: 2, agents: ['demo:*', 'demo:echo', 'other:*'] },
      { type: 'policy.updated', revision: 3, agents: ['demo:echo', 'other:*'] },
      { type: 'policy.updated', revision: 4, agents: ['other:*'] },
      { type: 'policy.updated', revision: 5, agents: ['*'] },
      { type: 'policy.updated', revision: 6, agents: ['*'] },
    ]);
  });

  it('is not announced when nothing changes: refused, repeated, or kept for later', async () => {
    await to('POST', '', { body: policy('quiet') });
    const before = on(UPDATES).length;
    expect((await to('POST', '', { body: policy('quiet') })).status).toBe(409);
    expect((await to('POST', '', { body: policy('loud', { effect: 'maybe' }) })).status).toBe(422);
    expect((await to('PUT', '/quiet', { body: policy('quiet'), as: person('viewer') })).status).toBe(403);
    expect((await to('PUT', '/quiet?activate=false', { body: policy('quiet') })).status).toBe(200);
    expect((await to('POST', '/quiet/versions/1/activate')).status).toBe(200);
    expect((await to('POST', '/quiet/versions/9/activate')).status).toBe(404);
    expect((await to('DELETE', '/told')).status).toBe(204);
    await afterNextBeacon();
    expect(on(UPDATES)).toHaveLength(before);
  });

  it('is announced once also among 20 at the same time at two replicas, and revisions have no gap', async () => {
    const before = on(UPDATES).length;
    const { revision } = await snapshotOf(replica).of(DEFAULT_ORGANIZATION);
    const urls = [running.url(), replica.url];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        i < 14
          ? to('POST', '', { body: policy(`crowd-${i}`, forAgents(`crowd:a${i}`)) }, urls[i % 2])
          : to('PUT', '/quiet', { body: policy('quiet', { priority: i }) }, urls[i % 2]),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map((_, i) => (i < 14 ? 201 : 200)));
    await afterNextBeacon();
    const announced = on(UPDATES).slice(before);
    const revisions = announced.map((notice) => notice.revision).sort((a, b) => a - b);
    expect(revisions).toEqual(Array.from({ length: 20 }, (_, i) => revision + 1 + i));
    const rows = await asOwner(running.database, async (client) => {
      const { rows: found } = await client.query(
        'SELECT revision::int, policy_id FROM governance.policy_changes WHERE revision > $1 ORDER BY 1',
        [revision],
      );
      return found as { revision: number; policy_id: string }[];
    });
    expect(rows.map((row) => row.revision)).toEqual(revisions);
    for (const { agents, revision: told } of announced) {
      const { policy_id: id } = rows.find((row) => row.revision === told) ?? { policy_id: '' };
      expect(agents).toEqual(id === 'quiet' ? ['*'] : [`crowd:a${id.slice('crowd-'.length)}`]);
    }
    for (const service of urls) {
      const { body } = await call(service, 'GET', '/v1/policies?agent_id=crowd:a3', { as: agent('crowd:a3') });
      expect(body.revision).toBe(revision + 20);
    }
  });

  it('stays in its organization', async () => {
    const before = on(UPDATES).length;
    await to('POST', '', { as: person('admin', running.acme), body: policy('theirs') });
    await eventually(() =>
      expect(on(`org:acme:${UPDATES}`)).toEqual([{ type: 'policy.updated', revision: 1, agents: ['*'] }]),
    );
    await eventually(() => expect(on(`org:acme:${BEACON}`).at(-1)).toEqual({ revision: 1, epoch: 0 }));
    expect(on(UPDATES)).toHaveLength(before);
  });
});

describe('the beacon', () => {
  it('says each second where the policies are', async () => {
    const begun = Date.now();
    const times = (): number[] =>
      heard.filter(({ channel, at }) => channel === BEACON && at >= begun).map(({ at }) => at);
    await eventually(() => expect(times().length).toBeGreaterThanOrEqual(7)); // of two replicas
    const told = times();
    const seconds = Math.ceil(((told.at(-1) ?? 0) - begun) / 1_000);
    expect(told.length).toBeLessThanOrEqual(2 * (seconds + 1));
    const gaps = told.slice(1).map((at, i) => at - (told[i] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(1_500);
    const { revision } = await snapshotOf(replica).of(DEFAULT_ORGANIZATION);
    expect(on(BEACON).at(-1)).toEqual({ revision, epoch: 0 });
  });
});

describe('another replica', () => {
  const inForce = async (id: string): Promise<number | undefined> => {
    const { policies } = await snapshotOf(replica).of(DEFAULT_ORGANIZATION);
    return policies.find(({ document }) => document.metadata.id === id)?.version;
  };

  it('has a change as soon as it hears of it', async () => {
    await to('POST', '', { body: policy('followed') });
    let priority = 100;
    await eventually(async () => {
      const { version } = (await to('PUT', '/followed', { body: policy('followed', { priority: ++priority }) })).body;
      const beacons = on(BEACON).length;
      await eventually(async () => expect(await inForce('followed')).toBe(version), { intervalMs: 1 });
      expect(on(BEACON)).toHaveLength(beacons); // so it was no beacon that told of it
    });
  });

  it('has it within two seconds when nobody announces it', async () => {
    // What a replica leaves behind that dies between its commit and its notice.
    await asOwner(running.database, (client) =>
      client.query(`
        WITH next AS (UPDATE governance.policy_revisions SET revision = revision + 1
            WHERE organization_id = '${DEFAULT_ORGANIZATION.id}' RETURNING organization_id, revision),
          changed AS (UPDATE governance.policies SET status = 'archived' WHERE id = 'followed')
        INSERT INTO governance.policy_changes (organization_id, revision, policy_id, kind, version)
        SELECT organization_id, revision, 'followed', 'removed', 1 FROM next`),
    );
    await eventually(async () => expect(await inForce('followed')).toBeUndefined(), { timeoutMs: 2_000 });
  });

  it('takes over where its subscription was cut', async () => {
    await running.commands.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await to('POST', '', { body: policy('after-cut') });
    await eventually(async () => expect(await inForce('after-cut')).toBe(1), { timeoutMs: 2_000 });
  });

  it('keeps the last policies while the database refuses to answer, and catches up afterwards', async () => {
    const asked = (): Promise<Answer> =>
      call(replica.url, 'GET', '/v1/policies?agent_id=demo:echo', { as: agent('demo:echo') });
    const before = await asked();
    await asOwner(running.database, (client) =>
      client.query('REVOKE SELECT ON governance.policy_revisions FROM agion_governance'),
    );
    try {
      const during = await asked();
      expect([during.status, during.text]).toEqual([200, before.text]);
      const beacons = on(BEACON).length;
      await eventually(() => expect(on(BEACON).length).toBeGreaterThan(beacons + 3));
      expect(on(BEACON).at(-1)?.revision).toBe(before.body.revision);
      const unheard = await call(replica.url, 'GET', '/v1/policies?agent_id=demo:echo', {
        as: agent('demo:echo', { id: '01920000-0000-7000-8000-00000000000f', slug: 'unheard' }),
      });
      expect(unheard.status).toBeGreaterThanOrEqual(500); // never loaded: nothing to answer with
    } finally {
      await asOwner(running.database, (client) =>
        client.query('GRANT SELECT ON governance.policy_revisions TO agion_governance'),
      );
    }
    await to('POST', '', { body: policy('after-outage') });
    await eventually(async () => expect(await inForce('after-outage')).toBe(1), { timeoutMs: 2_000 });
  });
});

describe('policies of an earlier revision', () => {
  it('are those that were in force then', async () => {
    const snapshots = snapshotOf(replica);
    await to('POST', '', { body: policy('then', { effect: 'deny' }) });
    const first = (await snapshots.newest(DEFAULT_ORGANIZATION)).revision;
    await to('PUT', '/then', { body: policy('then') });
    await to('DELETE', '/then');
    const last = await snapshots.newest(DEFAULT_ORGANIZATION);
    const versionAt = async (revision: number): Promise<number | undefined> => {
      const then = await snapshots.at(DEFAULT_ORGANIZATION, revision);
      expect(then?.revision).toBe(revision);
      return then?.policies.find(({ document }) => document.metadata.id === 'then')?.version;
    };
    expect(await versionAt(first - 1)).toBeUndefined();
    expect(await versionAt(first)).toBe(1);
    expect(await versionAt(first + 1)).toBe(2);
    expect(await versionAt(first + 2)).toBeUndefined();
    expect(last.revision).toBe(first + 2);
    expect(await snapshots.at(DEFAULT_ORGANIZATION, last.revision)).toBe(last);
    expect(await snapshots.at(DEFAULT_ORGANIZATION, last.revision + 1)).toBeNull();
    expect((await snapshots.at(DEFAULT_ORGANIZATION, 0))?.policies).toEqual([]);
  });

  it('share what has not changed: a version is the same object in each', async () => {
    const snapshots = snapshotOf(replica);
    const before = await snapshots.of(DEFAULT_ORGANIZATION);
    await to('POST', '', { body: policy('one-more') });
    const after = await snapshots.newest(DEFAULT_ORGANIZATION);
    expect(after.policies.filter((each) => !before.policies.includes(each))).toHaveLength(1);
  });
});
