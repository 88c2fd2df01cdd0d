import { setTimeout } from 'node:timers/promises';
import { AgionError, AgionSDK } from '@agion/sdk';
import { EchoAgent } from './echo-agent.ts';
import { buildServer, type Condition } from './server.ts';

const { AGION_AGENT_CONTAINER_ID: container = 'echo-agent', HOST = '0.0.0.0', PORT = '8000' } = process.env;
const AGENT_ID = `${container}:echo`;

// Where the platform is, its token and Redis come from the environment: see docs/agent-container-spec/v1.md.
const sdk = new AgionSDK({
  agentId: AGENT_ID,
  name: 'Echo',
  type: 'text',
  version: '1.0.0',
  framework: 'fastify',
  capabilities: ['echo'],
  flushIntervalMs: 1_000,
});

let condition: Condition = 'starting';
const ending = new AbortController();
const server = buildServer(AGENT_ID, new EchoAgent(sdk), () => condition);

/** Registers, and tries again while the platform is away: it may be started later than its agents. */
async function start(): Promise<void> {
  for (let pause = 500; ; pause = Math.min(pause * 2, 10_000)) {
    try {
      await sdk.initialize();
      condition = 'healthy';
      return;
    } catch (error) {
      if (ending.signal.aborted) return;
      if (!AgionError.is(error) || !error.retryable) throw error;
      console.warn(`${error.message}; trying again`);
      await setTimeout(pause, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  }
}

/** Finishes what was begun, tells the platform what is still to be told, and leaves: within 30 seconds. */
async function stop(): Promise<void> {
  if (ending.signal.aborted) return;
  ending.abort();
  condition = 'stopping';
  await server.close();
  await sdk.close();
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());

await server.listen({ host: HOST, port: Number(PORT) });
try {
  await start();
} catch (error) {
  process.exitCode = 1;
  console.error(AgionError.is(error) ? error.message : error);
  await stop();
}
