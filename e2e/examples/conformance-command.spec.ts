import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Platform, startPlatform } from '../platform.js';
import { startContainer } from './conforming.js';
import { containerCommand } from './containers.js';
import { ExampleProcess, exampleFolder, type Finished } from './example-process.js';
import { OddContainer } from './odd-container.js';

let platform: Platform;
let token: string;
beforeAll(async () => {
  platform = await startPlatform();
  token = await platform.person('admin');
}, 60_000);
afterAll(() => platform?.stop());

const check = (...options: string[]): Promise<Finished> => {
  const script = exampleFolder('agent-container-template', 'conformance', 'check.mjs');
  return ExampleProcess.start([process.execPath, script, '--platform', platform.url, ...options]).finished();
};

describe('the command that checks a container', () => {
  it('stops the process it is told, and prints a table', async () => {
    const { container, url } = await startContainer(platform, containerCommand('echo-agent'));
    const { status, output } = await check('--token', token, '--url', url, '--pid', String(container.pid));
    expect({ status, output }).toMatchObject({ status: 0, output: expect.stringContaining('12 of 12 points hold') });
    expect(output).toMatch(/^ {2}11 {2}✓ {2}stop .*its status cannot be seen from here$/m);
    expect(container.hasEnded).toBe(true);
  }, 90_000);

  it('leaves a container alone that it was not told to stop', async () => {
    const container = await OddContainer.start(platform, []);
    try {
      const { status, output } = await check('--token', token, '--url', container.url);
      expect({ status, output }).toMatchObject({ status: 0, output: expect.stringContaining('2 were not looked at') });
    } finally {
      container.close();
    }
  }, 60_000);

  it('fails where a point does, and says what it needs when it cannot begin', async () => {
    const nobody = await check('--token', token, '--url', 'http://127.0.0.1:9');
    expect(nobody).toMatchObject({ status: 1, output: expect.stringMatching(/1 {2}✗ {2}health .*no answer/) });
    const tokenless = await check('--url', 'http://127.0.0.1:9');
    expect(tokenless).toMatchObject({ status: 2, output: expect.stringMatching(/usage:/) });
    const container = await OddContainer.start(platform, []);
    try {
      const answer = await check('--token', await platform.person('viewer'), '--url', container.url);
      expect(answer).toMatchObject({ status: 2, output: expect.stringMatching(/is the token an admin’s\? 403/) });
    } finally {
      container.close();
    }
  }, 60_000);
});
