import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Platform, startPlatform } from '../platform.js';
import { startContainer } from './conforming.js';
import { ExampleProcess, exampleFolder, type Finished } from './example-process.js';

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

const echo = { command: [process.execPath, 'src/main.ts'], cwd: exampleFolder('echo-agent') };

describe('the command that checks a container', () => {
  it('stops the process it is told, and prints a table', async () => {
    const { container, url } = await startContainer(platform, echo);
    const { status, output } = await check('--token', token, '--url', url, '--pid', String(container.pid));
    expect({ status, output }).toMatchObject({ status: 0, output: expect.stringContaining('12 of 12 points hold') });
    expect(output).toMatch(/^ {2}11 {2}✓ {2}stop .*its status cannot be seen from here$/m);
    expect(container.hasEnded).toBe(true);
  }, 90_000);

  it('leaves a container alone that it was not told to stop', async () => {
    const { container, url } = await startContainer(platform, echo);
    const { status, output } = await check('--token', token, '--url', url);
    expect({ status, output }).toMatchObject({ status: 0, output: expect.stringContaining('2 were not looked at') });
    expect(container.hasEnded).toBe(false);
    expect((await container.stop(30_000))?.status).toBe(0);
  }, 90_000);

  it('fails where a point does, and says how it is used when it is used another way', async () => {
    const nobody = await check('--token', token, '--url', 'http://127.0.0.1:9');
    expect(nobody).toMatchObject({ status: 1, output: expect.stringMatching(/1 {2}✗ {2}health .*no answer/) });
    expect(await check('--url', 'http://127.0.0.1:9')).toMatchObject({
      status: 2,
      output: expect.stringMatching(/usage:/),
    });
    const viewer = await platform.person('viewer');
    const { container, url } = await startContainer(platform, echo);
    expect(await check('--token', viewer, '--url', url)).toMatchObject({
      status: 2,
      output: expect.stringMatching(/is the token an admin’s\? 403/),
    });
    await container.stop(30_000);
  }, 90_000);
});
