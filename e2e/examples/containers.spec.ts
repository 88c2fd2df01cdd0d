import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually, freePorts } from '@agion/testing';
import { type Platform, startPlatform } from '../platform.js';
import { conform, startContainer } from './conforming.js';
import { containerCommand, describeContainers } from './containers.js';
import { ExampleProcess } from './example-process.js';

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
}, 60_000);
afterAll(() => platform?.stop());

describeContainers('', (name) => {
  it('keeps every point of the contract', async () => {
    expect(await conform(platform, containerCommand(name))).toEqual([]);
  }, 120_000);

  // The SDK asks for policies every 25 seconds when nobody tells it of changes: three changes would take longer than a test may.
  if (name === 'template-py')
    it('keeps them over HTTP alone', async () => {
      expect(await conform(platform, containerCommand(name, { REDIS_URL: '' }))).toEqual([]);
    }, 120_000);

  it('waits for a platform that is not there yet, and leaves when it is told to', async () => {
    const [port = 0, nobody = 0] = await freePorts(2);
    const { command, cwd, env } = containerCommand(name, {
      AGION_GATEWAY_URL: `http://127.0.0.1:${nobody}`,
      HOST: '127.0.0.1',
      PORT: String(port),
    });
    const container = ExampleProcess.start(command, { cwd, ...(env && { env }) });
    const health = await eventually(() => fetch(`http://127.0.0.1:${port}/health`), { timeoutMs: 20_000 });
    expect({ status: health.status, ...((await health.json()) as object) }).toMatchObject({ status: 'starting' });
    expect(health.status).toBe(503);
    expect(container.hasEnded).toBe(false);
    expect(await container.stop(10_000)).toEqual({ status: 0, signal: null });
  }, 60_000);

  it('leaves although somebody has connected and asks nothing', async () => {
    const { container, url } = await startContainer(platform, containerCommand(name));
    const silent = connect(Number(new URL(url).port), '127.0.0.1');
    await once(silent, 'connect');
    expect(await container.stop(10_000)).toEqual({ status: 0, signal: null });
    silent.destroy();
    await container.end();
  }, 60_000);
});
