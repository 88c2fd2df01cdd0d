import { setTimeout as sleep } from 'node:timers/promises';
import { AgionSDK } from '../../src/index.js';
import { say } from './say.js';

/** An agent that does something every few milliseconds, until it is killed. */
async function main(): Promise<void> {
  const sdk = new AgionSDK({
    agentId: process.env.AGENT_ID ?? '',
    flushIntervalMs: Number(process.env.FLUSH_MS),
    eventBufferSize: 1_000_000,
  });
  await sdk.initialize();
  say({ kind: 'ready' });
  for (;;) {
    const at = Date.now();
    const event = { eventType: 'task_completed', severity: 'positive', impact: 0.05 } as const;
    const { eventId } = sdk.events.publishTrustEvent(event);
    say({ kind: 'event', id: eventId, at });
    const { decisionId } = sdk.checkLocally({ action: 'read' });
    say({ kind: 'decision', id: decisionId, at });
    void sdk.events
      .publishTrustEvent(event, { mode: 'durable' })
      .then(({ eventId: id }) => say({ kind: 'durable', id, at }))
      .catch(() => undefined);
    await sleep(5);
  }
}

void main();
