import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { writeDevFile } from '../../tools/launcher/dev-file.mjs';
import { claimDataFolder } from '../../tools/launcher/running.mjs';
import { isAlive } from '../../tools/setup/processes.mjs';
import { type Platform, startPlatform } from '../platform.js';
import { ExampleProcess } from './example-process.js';

let platform: Platform;
let folder: string;
let release: () => void;

/** The platform of this test, as `npm start` would leave word of it. */
beforeAll(async () => {
  platform = await startPlatform();
  folder = await mkdtemp(path.join(os.tmpdir(), 'agion-demo-'));
  release = claimDataFolder(folder).release;
  const tokens = { admin: await platform.person('admin') };
  writeDevFile(folder, { gateway_url: platform.url, redis_url: platform.redis.url, tokens });
}, 60_000);
afterAll(async () => {
  release?.();
  await rm(folder, { recursive: true, force: true });
  await platform?.stop();
});

const demo = (): ExampleProcess =>
  ExampleProcess.start([process.execPath, 'tools/demo.mjs'], { env: { AGION_DATA_DIR: folder } });

const pidIn = (output: string): number => Number(/process (\d+): GET \/health/.exec(output)?.[1]);

const policiesInForce = async (): Promise<unknown[]> => {
  const { body } = await platform.call('GET', '/api/v1/policies', { token: await platform.person('admin') });
  return body.items.filter(({ spec }: { spec: { status: string } }) => spec.status === 'active');
};

describe('npm run demo', () => {
  it('tells an agent’s day on the platform that runs, as often as one likes, and leaves nothing behind', async () => {
    for (const version of [1, 2]) {
      const { status, output } = await demo().finished();
      expect({ status, output }).toMatchObject({ status: 0, output: expect.stringMatching(/All as expected\.\n$/) });
      expect(output.match(/^✓ +\d+ {2}/gm)).toHaveLength(10);
      expect(output).toContain(`The platform is at ${platform.url}.`);
      expect(output).toContain(`version ${version}: It is run`);
      expect(output).toMatch(/ ms later “hello to everybody out there” is refused: nothing longer than 20 characters/);
      expect(isAlive(pidIn(output))).toBe(false);
      expect(await policiesInForce()).toEqual([]);
    }
  }, 90_000);

  it('gives back what it started when it is interrupted', async () => {
    const running = demo();
    await eventually(() => expect(running.output).toMatch(/✓ +3 /), { timeoutMs: 30_000 });
    const pid = pidIn(running.output);
    expect(isAlive(pid)).toBe(true);
    running.kill('SIGINT');
    await running.finished();
    expect(isAlive(pid)).toBe(false);
    expect(await policiesInForce()).toEqual([]);
  }, 60_000);

  it('fails at the step that needs governance while governance is stopped', async () => {
    await platform.services.get('governance')?.close();
    const { status, output } = await demo().finished();
    expect(status).toBe(1);
    expect(output).not.toContain('All as expected');
    expect(output).toMatch(/✓ +2 .*[\s\S]*✗ +3 {2}a first policy allows it to work/);
    expect(output).toContain('503: `governance` does not answer');
    expect(isAlive(pidIn(output))).toBe(false);
  }, 90_000);
});
