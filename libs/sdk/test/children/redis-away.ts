import { setTimeout as sleep } from 'node:timers/promises';
import { EventBuffer } from '../../src/events/event-buffer.js';
import { EventPublisher } from '../../src/events/event-publisher.js';
import { RedisOutlet } from '../../src/events/redis-outlet.js';
import { say } from './say.js';

const EVENTS = 200_000;

const heap = (): number => {
  for (let n = 0; n < 3; n += 1) (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed;
};

/** An agent that publishes very much while there is no Redis. */
async function main(): Promise<void> {
  const redisUrl = process.env.REDIS_URL ?? '';
  const outlet = new RedisOutlet({ redisUrl, organizationSlug: () => 'default', name: 'test' });
  const buffer = new EventBuffer({ outlet });
  const events = new EventPublisher({ buffer, agentId: () => 'demo:a', complete: (name) => name });
  const publish = (count: number): void => {
    for (let n = 0; n < count; n += 1)
      events.publishTrustEvent({
        eventType: 'x',
        severity: 'positive',
        impact: 0.05,
        context: { n, text: 'x'.repeat(100) },
      });
  };
  publish(10_000);
  await sleep(500);
  const [full, startedAt] = [heap(), performance.now()];
  let turns = 0;
  const turn = (): void => {
    turns += 1;
    setImmediate(turn).unref();
  };
  setImmediate(turn).unref();
  publish(EVENTS / 2);
  const turnsWhilePublishing = turns;
  const microsPerCall = ((performance.now() - startedAt) * 1_000) / (EVENTS / 2);
  for (let n = 0; n < 100; n += 1) {
    publish(EVENTS / 200);
    await sleep(10); // attempts to send fall in between
  }
  await sleep(500);
  say({ ...buffer.counts, turnsWhilePublishing, microsPerCall, full, grown: heap() - full });
  await buffer.close(100);
  say({ ...buffer.counts });
}

void main();
