import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { seed } from '../../prisma/seed.mjs';
import { type Platform, startPlatform } from '../platform.js';
import { paste } from './pasted-commands.js';
import { isAsShown, sectionOf, type Step, stepsOf } from './readme-steps.js';

const README = await readFile(path.resolve(import.meta.dirname, '../../README.md'), 'utf8');
const ORIGIN = 'http://localhost:8080';

const steps = stepsOf(sectionOf(README, 'Six curls'));
let platform: Platform;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'agion-readme-'));
  platform = await startPlatform();
  await seed(platform.database.adminUrl);
  // What `npm start` leaves in the folder the reader is told to be in.
  const [viewer, operator, admin] = await Promise.all([
    platform.person('viewer'),
    platform.person('operator'),
    platform.person('admin'),
  ]);
  await mkdir(path.join(folder, '.agion'));
  const dev = { gateway_url: platform.url, tokens: { viewer, operator, admin } };
  await writeFile(path.join(folder, '.agion', 'dev.json'), JSON.stringify(dev));
}, 60_000);
afterAll(async () => {
  await platform?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The same commands for the platform of this test. */
function commandsFor(origin: string, { command }: Step): string {
  return command.replace(ORIGIN, origin);
}

describe('the curls of the README', () => {
  test('name the usual address in one place only', () => {
    expect(steps.map(({ command }) => command.split(ORIGIN).length - 1).reduce((sum, times) => sum + times)).toBe(1);
    expect(steps[0]?.command).toContain(ORIGIN);
  });

  test('are six, and an answer is shown for each', () => {
    const [setUp, ...curls] = steps;
    expect(setUp).toMatchObject({ shown: '' });
    expect(curls).toHaveLength(6);
    for (const { command, shown } of curls) {
      expect(command).toContain('curl ');
      expect(shown).not.toBe('');
    }
  });

  test('print what is shown under them, pasted one after the other', async () => {
    const { printed, complaints } = await paste(
      steps.map((step) => commandsFor(platform.url, step)),
      folder,
    );
    expect(complaints).toBe('');
    expect(printed).toHaveLength(steps.length);
    for (const [index, { command, shown }] of steps.entries()) {
      const answer = printed[index] ?? '';
      expect(command + (isAsShown(answer, shown) ? shown : answer)).toBe(command + shown);
    }
  }, 60_000);
});
