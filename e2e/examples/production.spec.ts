import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Platform, startPlatform } from '../platform.js';
import { conform, type ContainerCommand } from './conforming.js';
import { exampleFolder } from './example-process.js';
import { describeWithPython } from './python.js';

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform({ mode: 'production' });
}, 60_000);
afterAll(() => platform?.stop());

/** As an operator gives it out: it speaks for every agent of the container. */
async function containerToken(container: string): Promise<string> {
  const token = await platform.person('operator');
  const { status, body } = await platform.call('POST', `/api/v1/containers/${container}/tokens`, { token, body: {} });
  expect({ status, body }).toMatchObject({ status: 201 });
  return body.token;
}

const keepsTheContract = (container: string, command: Omit<ContainerCommand, 'env'>): void => {
  it('keeps the contract with the token of its container', async () => {
    const env = { AGION_AGENT_CONTAINER_ID: container, AGION_TOKEN: await containerToken(container) };
    expect(await conform(platform, { ...command, env })).toEqual([]);
  }, 120_000);
};

describe('the echo agent in production', () =>
  keepsTheContract('echo-agent', { command: [process.execPath, 'src/main.ts'], cwd: exampleFolder('echo-agent') }));

describe('the container template in TypeScript in production', () =>
  keepsTheContract('template-ts', {
    command: [process.execPath, 'src/index.ts'],
    cwd: exampleFolder('agent-container-template', 'typescript'),
  }));

describeWithPython('the container template in Python in production', ['httpx', 'redis'], () =>
  keepsTheContract('template-py', {
    command: ['python3', 'main.py'],
    cwd: exampleFolder('agent-container-template', 'python'),
  }),
);
