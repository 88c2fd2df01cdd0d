import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePorts } from '@agion/testing';
import { seed } from '../../prisma/seed.mjs';
import { type Platform, startPlatform } from '../platform.js';
import { paste } from './pasted-commands.js';
import { isAsShown, sectionOf, stepsOf } from './readme-steps.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const QUICKSTART = await readFile(path.join(ROOT, 'docs/quickstart.md'), 'utf8');
const ORIGIN = 'http://localhost:8080';
const PORT = '8000';

const steps = ['Agent', 'Container'].flatMap((heading) => stepsOf(sectionOf(QUICKSTART, heading)));
let platform: Platform;
let folder: string;

/** A folder that looks like the checkout in which `npm start` runs. */
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'agion-quickstart-'));
  platform = await startPlatform();
  await seed(platform.database.adminUrl);
  for (const name of ['node_modules', 'examples']) await symlink(path.join(ROOT, name), path.join(folder, name));
  await mkdir(path.join(folder, '.agion'));
  const dev = { redis_url: platform.redis.url, tokens: { admin: await platform.person('admin') } };
  await writeFile(path.join(folder, '.agion', 'dev.json'), JSON.stringify(dev));
}, 60_000);
afterAll(async () => {
  await platform?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('the commands of the quickstart', () => {
  test('show what they print, all but those that only prepare', () => {
    expect(steps.filter(({ shown }) => shown === '')).toHaveLength(2);
    expect(QUICKSTART.match(/^```(bash|text)$/gm)).toHaveLength(QUICKSTART.split('```').length >> 1);
  });

  test('print what is shown under them, pasted one after the other', async () => {
    const [port] = await freePorts(1);
    const commands = steps.map(({ command }) =>
      command.replaceAll(ORIGIN, platform.url).replaceAll(PORT, String(port)),
    );
    const { printed, complaints } = await paste(commands, folder, { HOST: '127.0.0.1' });
    expect(complaints).toBe('');
    expect(printed).toHaveLength(steps.length);
    for (const [index, { command, shown }] of steps.entries()) {
      const answer = printed[index] ?? '';
      expect(command + (shown === '' || isAsShown(answer, shown) ? shown : answer)).toBe(command + shown);
    }
  }, 120_000);
});
