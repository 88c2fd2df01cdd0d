import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Platform, startPlatform } from '../platform.js';
import { conform } from './conforming.js';
import { exampleFolder } from './example-process.js';
import { describeWithPython } from './python.js';

describeWithPython('the container template in Python', ['httpx', 'redis'], () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await startPlatform();
  }, 60_000);
  afterAll(() => platform?.stop());

  const container = {
    command: ['python3', 'main.py'],
    cwd: exampleFolder('agent-container-template', 'python'),
    env: { AGION_AGENT_CONTAINER_ID: 'template-py' },
  };

  it('keeps every point of the contract', async () => {
    expect(await conform(platform, container)).toEqual([]);
  }, 120_000);

  it('keeps them over HTTP alone', async () => {
    expect(await conform(platform, { ...container, env: { ...container.env, REDIS_URL: '' } })).toEqual([]);
  }, 120_000);
});
