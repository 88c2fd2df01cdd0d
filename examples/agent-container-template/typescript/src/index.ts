import { AgionError } from '@agion/sdk';
import { exampleAgent } from './agents/exampleAgent.ts';
import { Container } from './container.ts';
import { endpoints } from './endpoints.ts';
import { unusedSockets } from './unusedSockets.ts';

const VERSION = '1.0.0';
const { AGION_AGENT_CONTAINER_ID: containerId, HOST = '0.0.0.0', PORT = '8000' } = process.env;
if (!containerId) throw new Error('AGION_AGENT_CONTAINER_ID is not set: it is the first part of every agent id');

const container = new Container(containerId, [exampleAgent]);
const server = endpoints(container, VERSION).listen(Number(PORT), HOST);
const endUnusedSockets = unusedSockets(server);

/** Finishes what was begun, tells the platform what is still to be told, and leaves: within 30 seconds. */
async function stop(): Promise<void> {
  if (!container.beginToStop()) return;
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeIdleConnections();
    endUnusedSockets();
  });
  await container.leave();
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());

try {
  await container.start();
} catch (error) {
  process.exitCode = 1;
  console.error(AgionError.is(error) ? error.message : error);
  await stop();
}
