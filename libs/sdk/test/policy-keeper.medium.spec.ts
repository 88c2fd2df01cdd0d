import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { KeeperScene } from './keeper-scene.js';
import { ManualClock } from './manual-clock.js';

let scene: KeeperScene;

beforeEach(async () => {
  scene = await KeeperScene.start();
});
afterEach(() => scene.stop());

describe('policies from a gateway', () => {
  it('are loaded whole, then by what has changed', async () => {
    const kept = scene.keeper();
    await kept.start();
    expect(kept.standing).toBe('fresh');
    expect(kept.current).toMatchObject({ revision: 1, source: 'gateway', stopped: false });
    scene.server.publish({ id: 'mail', actions: ['send_email'] }, { id: 'calls', actions: ['call'] });
    scene.look(kept);
    await eventually(() => expect(kept.current.revision).toBe(2));
    expect(kept.current.set.size).toBe(2);
    scene.server.publish({ id: 'calls', actions: ['call'], condition: 'context.x == 1' });
    scene.look(kept);
    await eventually(() => expect(kept.current.revision).toBe(3));
    expect(kept.current.set.size).toBe(1);
    expect(scene.server.syncs.map(({ path: asked }) => /since=(\d+)/.exec(asked)?.[1])).toEqual([undefined, '1', '2']);
    expect(scene.seen('policies-updated')).toHaveLength(3);
  });

  it('are replaced as a whole: what was read before stays as it was', async () => {
    const kept = scene.keeper();
    await kept.start();
    const before = kept.current;
    scene.server.publish();
    scene.look(kept);
    await eventually(() => expect(kept.current.revision).toBe(2));
    expect(before).toMatchObject({ revision: 1, set: { size: 1 } });
    expect(Object.isFrozen(before)).toBe(true);
  });

  it('cost a 304 when nothing has changed', async () => {
    const clock = new ManualClock();
    const kept = scene.keeper({ clock });
    await kept.start();
    for (let poll = 1; poll <= 3; poll++) {
      clock.pass(31_000);
      await eventually(() => expect(scene.server.syncs.length).toBeGreaterThan(poll));
      await eventually(() => expect(kept.ageMs).toBe(0));
    }
    expect(scene.server.syncs.map(({ status }) => status)).toEqual([200, 200, 304, 304]);
  });

  it('are not confirmed by somebody who only knows what was in force before', async () => {
    const clock = new ManualClock();
    const kept = scene.keeper({ clock });
    await kept.start();
    const poll = async (): Promise<void> => {
      const { length } = scene.server.syncs;
      clock.pass(31_000);
      await eventually(() => expect(scene.server.syncs.length).toBeGreaterThan(length));
    };
    await poll();
    await eventually(() => expect(kept.ageMs).toBe(0));
    scene.server.epoch = 1;
    await poll();
    await eventually(() => expect(kept.current.epoch).toBe(1));
    scene.server.epoch = 0; // a replica that is behind
    await poll();
    await eventually(() => expect(scene.seen('policies-rejected')).toHaveLength(1));
    expect(scene.server.syncs.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(kept.ageMs).toBe(31_000);
    expect(kept.current.epoch).toBe(1);
  });

  it('are read whole when it is not known any more what has changed', async () => {
    const kept = scene.keeper();
    await kept.start();
    scene.server.knowsHistory = false;
    scene.server.publish({ id: 'new' });
    scene.look(kept);
    await eventually(() => expect(kept.current.revision).toBe(2));
    expect(scene.server.syncs.map(({ status }) => status)).toEqual([200, 410, 200]);
  });

  it('are read whole when the changes do not add up', async () => {
    const kept = scene.keeper();
    await kept.start();
    scene.server.tamper = (document) => (document.upserted ? { ...document, upserted: [] } : document);
    scene.server.publish({ id: 'mail', actions: ['send_email'] }, { id: 'new' });
    scene.look(kept);
    await eventually(() => expect(kept.current.revision).toBe(2));
    expect(scene.seen('policies-rejected')).toEqual([]);
  });

  it('are read whole when the answer is not what was asked for', async () => {
    const kept = scene.keeper();
    await kept.start();
    scene.server.tamper = ({ upserted: _, ...rest }) => rest;
    scene.server.publish({ id: 'new' });
    scene.look(kept);
    await eventually(() => expect(kept.current.revision).toBe(2));
    expect(scene.seen('policies-rejected')).toEqual([]);
  });

  it('are taken with names that JavaScript puts in another order, and then by what has changed', async () => {
    const tests = [{ name: 't', input: { context: { 10: 1, 9: 2, a: 3 } }, expect: 'allow' }];
    const mail = { id: 'mail', actions: ['send_email'], tests };
    scene.server.publish(mail, { id: 'calls', tests });
    const kept = scene.keeper({ snapshotFolder: scene.folder });
    await kept.start();
    expect(kept.current).toMatchObject({ revision: 2, set: { size: 2 } });
    for (const revision of [3, 4, 5]) {
      scene.server.publish(mail, { id: 'calls', tests, priority: revision }, { id: 'other', priority: revision });
      scene.look(kept);
      await eventually(() => expect(kept.current).toMatchObject({ revision, set: { size: 3 } }));
    }
    expect(scene.server.syncs.map(({ path: asked }) => /since=(\d+)/.exec(asked)?.[1])).toEqual([
      undefined,
      '2',
      '3',
      '4',
    ]);
    await kept.close();
    await scene.server.stop();
    const restored = scene.keeper({ snapshotFolder: scene.folder });
    await restored.start();
    expect(restored.current).toMatchObject({ revision: 5, source: 'snapshot', set: { size: 3 } });
    expect(scene.seen('policies-rejected')).toEqual([]);
  });
});

describe('the kill switch', () => {
  it('holds as soon as a heartbeat tells of it, and as the policies say it', async () => {
    const kept = scene.keeper();
    await kept.start();
    scene.server.refusal = { status: 503 };
    kept.told({ policyRevision: 1, epoch: 1, stopped: true });
    expect(kept.isStopped).toBe(true);
    scene.server.refusal = undefined;
    scene.server.epoch = 1;
    scene.server.stopped = true;
    await eventually(() => expect(kept.current).toMatchObject({ stopped: true, epoch: 1 }));
    expect(scene.seen('stopped')).toEqual([{ type: 'stopped', epoch: 1 }]);
    scene.server.epoch = 2;
    scene.server.stopped = false;
    scene.look(kept);
    await eventually(() => expect(kept.isStopped).toBe(false));
    expect(scene.seen('resumed')).toEqual([{ type: 'resumed', epoch: 2 }]);
  });
});

describe('a gateway that is away', () => {
  it('leaves the last policies in force, until they are stale, and confirms them when it is back', async () => {
    const clock = new ManualClock();
    const kept = scene.keeper({ clock, maxStalenessMs: 900_000 });
    await kept.start();
    await scene.server.stop();
    clock.pass(900_000);
    expect(kept.standing).toBe('fresh');
    clock.pass(1_000);
    expect(kept.standing).toBe('stale');
    expect(kept.current.revision).toBe(1);
    expect(scene.seen('stale')).toMatchObject([{ revision: 1 }]);
    await scene.server.start();
    await eventually(() => {
      clock.pass(31_000);
      expect(kept.standing).toBe('fresh');
    });
    expect(scene.seen('fresh')).toEqual([{ type: 'fresh', revision: 1 }]);
  });

  it('is left alone as long as it asks', async () => {
    scene.server.refusal = { status: 503, headers: { 'retry-after': '20' } };
    const clock = new ManualClock();
    const kept = scene.keeper({ clock });
    await kept.start();
    clock.pass(19_000);
    scene.look(kept);
    expect(scene.server.syncs).toHaveLength(1);
    scene.server.refusal = undefined;
    await eventually(() => {
      clock.pass(1_000);
      expect(kept.standing).toBe('fresh');
    });
  });

  it('denies everything without a snapshot', async () => {
    await scene.server.stop();
    const kept = scene.keeper({ snapshotFolder: scene.folder });
    await kept.start();
    expect(kept.standing).toBe('none');
    expect(scene.seen('policies-rejected')).toEqual([]);
  });
});
