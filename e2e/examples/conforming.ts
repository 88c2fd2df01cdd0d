import { freePorts } from '@agion/testing';
import { checkContainer } from '../../examples/agent-container-template/conformance/container-check.mjs';
import { caller, within } from '../../examples/agent-container-template/conformance/http.mjs';
import type { Platform } from '../platform.js';
import { ExampleProcess } from './example-process.js';

/** How a container is started. */
export interface ContainerCommand {
  command: readonly string[];
  cwd: string;
  env?: Record<string, string>;
}

/** What a point came to. */
export interface PointResult {
  number: number;
  name: string;
  outcome: 'passed' | 'failed' | 'skipped';
  detail: string;
}

/** Milliseconds a container may need to be healthy. */
const START = 30_000;

/** Starts a container of the platform's, on a free port. @returns it, and its origin, when it is healthy @throws Error saying what it said */
export async function startContainer(
  platform: Platform,
  { command, cwd, env = {} }: ContainerCommand,
): Promise<{ container: ExampleProcess; url: string }> {
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const container = ExampleProcess.start(command, {
    cwd,
    env: {
      HOST: '127.0.0.1',
      PORT: String(port),
      AGION_GATEWAY_URL: platform.url,
      REDIS_URL: platform.redis.url,
      ...env,
    },
  });
  const healthy = await within(START, async () => {
    const { status } = await caller(url)('GET', '/health', { patience: 1_000 });
    return status === 200 || container.hasEnded ? status : undefined;
  });
  if (healthy === 200) return { container, url };
  const how = container.hasEnded ? `ended with ${(await container.finished()).status}` : 'did not become healthy';
  await container.end();
  throw new Error(`the container ${how}:\n${container.output}`);
}

/** Starts a container and checks it. @returns the points that were not passed */
export async function conform(platform: Platform, command: ContainerCommand): Promise<PointResult[]> {
  const { container, url } = await startContainer(platform, command);
  try {
    const results = (await checkContainer({
      url,
      platform: platform.url,
      token: await platform.person('admin'),
      stop: (grace: number) => container.stop(grace),
    })) as PointResult[];
    return results.filter(({ outcome }) => outcome !== 'passed');
  } finally {
    await container.end();
  }
}
