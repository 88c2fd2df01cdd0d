// An agent that decides every few milliseconds and says so, until somebody kills it: `<milliseconds> <decision> <decision id>`.
import { setInterval } from 'node:timers';
import { AgionSDK } from '../../libs/sdk/dist/index.js';

const { AGION_AGENT_ID: agentId, FLUSH_INTERVAL_MS, EVERY_MS, DENIED_EVERY } = process.env;
const sdk = new AgionSDK({ agentId, flushIntervalMs: Number(FLUSH_INTERVAL_MS), eventBufferSize: 100_000 });
await sdk.initialize();
let count = 0;
setInterval(() => {
  count += 1;
  const action = count % Number(DENIED_EVERY) === 0 ? 'delete_file' : 'read_file';
  const { decision, decisionId } = sdk.checkLocally({ action });
  process.stdout.write(`${performance.now()} ${decision} ${decisionId}\n`);
}, Number(EVERY_MS));
