import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EventScene, heavy, onRedisServer } from './event-scene.js';
import { TRUST } from './event-teller.js';
import { openFault, scaled } from './fault.js';
import { shuffled } from './shuffled.js';

/** Faults 12, 16, 41 and 42: entries that come more than once, late, broken, or kill who handles them. */
let scene: EventScene;
beforeAll(async () => {
  scene = await EventScene.start();
}, 60_000);
afterAll(() => scene?.stop());

onRedisServer(
  12,
  16,
  41,
  42,
)('entries', () => {
  test('come up to three times and in any order', async () => {
    const fault = openFault('events', 12, 'delivered up to three times, in any order');
    const consumer = await scene.consumer();
    for (let runs = scaled({ quick: 3, usual: 20, full: 1_000 }); runs > 0; runs -= 1)
      await fault.run(async (next) => {
        const run = await scene.begin();
        const once = run.teller.make(200);
        const entries = once.flatMap((entry) => Array.from({ length: 1 + Math.floor(next() * 3) }, () => entry));
        await run.teller.send(shuffled(entries, next));
        const recoveryMs = await scene.settled();
        return { counts: await run.counts(), recoveryMs };
      });
    await consumer.process.kill();
  }, 600_000);

  heavy(
    'wait while nobody reads them: none is trimmed, and they are caught up with',
    async () => {
      const fault = openFault('events', 16, 'nobody reads for a while');
      const events = scaled({ quick: 3_000, usual: 50_000, full: 1_000_000 });
      const LEAST = 6_000; // three times what comes in
      await fault.run(async () => {
        const run = await scene.begin();
        const before = Number(await scene.redis.call('XLEN', TRUST));
        await run.teller.tell(events);
        expect(Number(await scene.redis.call('XLEN', TRUST)) - before).toBe(events);
        const consumer = await scene.consumer();
        const recoveryMs = await scene.settled(600_000);
        process.stdout.write(
          `caught up with ${events} events at ${Math.round((events * 1_000) / recoveryMs)} a second\n`,
        );
        expect((events * 1_000) / recoveryMs).toBeGreaterThan(LEAST);
        await consumer.process.kill();
        return { counts: await run.counts(), recoveryMs };
      });
    },
    900_000,
  );

  test('that nobody can read are dead letters at once, and the others are taken in', async () => {
    const fault = openFault('events', 41, 'entries nobody can read');
    const [events, broken] = scaled({ quick: [1_000, 30], usual: [10_000, 300], full: [99_000, 1_000] });
    const consumer = await scene.consumer();
    await fault.run(async (next) => {
      const run = await scene.begin();
      const poison = async (): Promise<void> => {
        const kind = Math.floor(next() * 4);
        const fields = [
          ['nonsense', '1'],
          [
            'agent_id',
            'crew:agent_1',
            'event_type',
            'task_completed',
            'severity',
            'positive',
            'impact',
            '0.05',
            'context',
            '{',
          ],
          ['twice', '1', 'twice', '2'],
          ['agent_id', 'crew:agent_1', 'context', 'x'.repeat(next() < 0.1 ? 1_100_000 : 1_000)],
        ][kind] as string[];
        await scene.redis.call('XADD', TRUST, '*', ...fields);
      };
      for (let part = 0; part < 10; part += 1) {
        await run.teller.tell(events / 10);
        for (let n = 0; n < broken / 10; n += 1) await poison();
      }
      const recoveryMs = await scene.settled(120_000);
      expect(await scene.deadLetters()).toBe(broken);
      await scene.redis.call('DEL', `${TRUST}:dead`);
      expect(consumer.process.ended).toBe(false);
      return { counts: await run.counts(), recoveryMs };
    });
    await consumer.process.kill();
  }, 600_000);

  heavy(
    'one of which kills who handles it: it is a dead letter after five lives, and its neighbours are taken in',
    async () => {
      const fault = openFault('events', 42, 'an entry that kills the process');
      const deadly =
        "const parse=JSON.parse;JSON.parse=(text,...more)=>{if(typeof text==='string'&&text.includes('\"crash\":true'))process.kill(process.pid,'SIGKILL');return parse(text,...more)}";
      const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(deadly)}` };
      for (let runs = scaled({ quick: 1, usual: 3, full: 20 }); runs > 0; runs -= 1)
        await fault.run(async (next) => {
          const run = await scene.begin();
          await run.teller.tell(Math.floor(next() * 200));
          await scene.redis.append(TRUST, {
            agent_id: 'crew:agent_1', event_type: 'task_completed', severity: 'positive', impact: '0.05', context: '{"crash":true}',
          }); // prettier-ignore
          await run.teller.tell(100);
          const since = performance.now();
          let lives = 0;
          for (let settled = false; !settled;) {
            expect((lives += 1)).toBeLessThanOrEqual(6);
            const consumer = await scene.consumer(env);
            const ended = consumer.process.end().then(() => false);
            settled = await Promise.race([ended, scene.settled().then(() => true)]);
            if (settled) await consumer.process.kill();
          }
          const recoveryMs = performance.now() - since;
          const dead = await scene.redis.range(`${TRUST}:dead`);
          expect(dead.map(({ fields }) => [fields.context, fields.deliveries])).toEqual([['{"crash":true}', '5']]);
          await scene.redis.call('DEL', `${TRUST}:dead`);
          return { counts: await run.counts(), recoveryMs };
        });
    },
    600_000,
  );
});
