import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Platform, startPlatform } from '../platform.js';
import { conform, type ContainerCommand } from './conforming.js';
import { exampleFolder } from './example-process.js';

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
}, 60_000);
afterAll(() => platform?.stop());

describe.each<[string, ContainerCommand]>([
  [
    'the container template in TypeScript',
    {
      command: [process.execPath, 'src/index.ts'],
      cwd: exampleFolder('agent-container-template', 'typescript'),
      env: { AGION_AGENT_CONTAINER_ID: 'template-ts' },
    },
  ],
  ['the echo agent', { command: [process.execPath, 'src/main.ts'], cwd: exampleFolder('echo-agent') }],
])('%s', (_, container) => {
  it('keeps every point of the contract', async () => {
    expect(await conform(platform, container)).toEqual([]);
  }, 120_000);
});
