import { AgionSDK, closeOnTermination } from '../../src/index.js';
import { say } from './say.js';

/** An agent with much to tell that nobody has fetched yet. */
async function main(): Promise<void> {
  const sdk = new AgionSDK({
    agentId: process.env.AGENT_ID ?? '',
    flushIntervalMs: 600_000,
    eventBufferSize: 1_000_000,
    maxBufferedEvents: 20_000,
  });
  await sdk.initialize();
  closeOnTermination(sdk);
  for (let n = 0; n < 5_000; n += 1)
    sdk.events.publishTrustEvent({ eventType: 'task_completed', severity: 'positive', impact: 0.05 });
  for (let n = 0; n < 500; n += 1) sdk.checkLocally({ action: 'read' });
  say({ buffered: sdk.getMetrics().event_client.buffer_size });
  setInterval(() => undefined, 60_000); // it would go on
}

void main();
