import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Platform, startPlatform } from '../platform.js';
import { paste } from './pasted-commands.js';
import { isAsShown, sectionOf, stepsOf } from './readme-steps.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const GUIDE = await readFile(path.join(ROOT, 'docs/policies.md'), 'utf8');
const ORIGIN = 'http://localhost:8080';

const steps = stepsOf(sectionOf(GUIDE, 'A policy, from its file to its decisions'));
let platform: Platform;
let folder: string;

/** A folder that looks like the checkout in which `npm start` runs. */
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'agion-guide-'));
  platform = await startPlatform();
  await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  await mkdir(path.join(folder, '.agion'));
  const admin = await platform.person('admin');
  const dev = { gateway_url: platform.url, redis_url: platform.redis.url, admin_token: admin, tokens: { admin } };
  await writeFile(path.join(folder, '.agion', 'dev.json'), JSON.stringify(dev));
}, 60_000);
afterAll(async () => {
  await platform?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('the commands of the guide print what is shown under them, pasted one after the other', async () => {
  const commands = steps.map(({ command }) => command.replaceAll(ORIGIN, platform.url));
  const { printed, complaints } = await paste(commands, folder, { AGION_TOKEN: await platform.person('admin') });
  expect(complaints).toBe('');
  expect(printed).toHaveLength(steps.length);
  expect(steps.filter(({ shown }) => shown === '')).toHaveLength(1);
  for (const [index, { command, shown }] of steps.entries()) {
    const answer = printed[index] ?? '';
    expect(command + (shown === '' || isAsShown(answer, shown) ? shown : answer)).toBe(command + shown);
  }
}, 120_000);
