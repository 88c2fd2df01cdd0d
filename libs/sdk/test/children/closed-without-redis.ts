import { AgionSDK } from '../../src/index.js';
import { say } from './say.js';

/** An agent that begins, and is closed, while its Redis is away. */
async function main(): Promise<void> {
  const sdk = new AgionSDK({ agentId: process.env.AGENT_ID ?? '' });
  await sdk.initialize();
  await sdk.close();
  say({ closed: true });
}

void main();
