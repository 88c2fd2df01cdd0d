import { AgionSDK, closeGovernance, closeOnTermination, GovernanceClient, withGovernance } from '../../src/index.js';
import { say } from './say.js';

/** An agent that uses everything once, closes it, and then has nothing to stay alive for. */
async function main(): Promise<void> {
  const sdk = new AgionSDK({ agentId: process.env.AGENT_ID ?? '' });
  await sdk.initialize();
  closeOnTermination(sdk);
  sdk.events.publishTrustEvent({ eventType: 'task_completed', severity: 'positive', impact: 0.05 });
  await sdk.events.publishTrustEvent({ eventType: 'x', severity: 'positive', impact: 0.05 }, { mode: 'durable' });
  const { allowed } = await sdk.checkPermission({ action: 'read' });
  const governance = new GovernanceClient();
  const { decidedBy } = await governance.checkPermission({ agentId: 'worker', action: 'read' });
  const response = { statusCode: 200, headersSent: false, setHeader: () => undefined, end: () => undefined };
  await new Promise<void>((resolve) =>
    withGovernance('worker', 'read')({ method: 'GET', url: '/' }, response, resolve),
  );
  await Promise.all([sdk.close(), governance.close(), closeGovernance()]);
  say({ allowed, decidedBy, ...sdk.getMetrics().event_client });
}

void main();
