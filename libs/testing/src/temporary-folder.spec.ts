import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from '@jest/globals';
import { eventually } from './eventually.js';

const SOURCE = fileURLToPath(new URL('temporary-folder.ts', import.meta.url));
const MAKING = `import { writeFileSync } from 'node:fs';
  const { temporaryFolder } = await import(${JSON.stringify(SOURCE)});
  const folder = temporaryFolder('agion-folder-');
  writeFileSync(folder + '/kept', 'x');
  console.log(folder);
  setInterval(() => undefined, 1_000);`;
const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '--eval', MAKING], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
afterAll(() => void child.kill('SIGKILL'));

it('is there while its process lives, and goes with it when it is killed', async () => {
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  const folder = said.toString().trim();
  expect(existsSync(`${folder}/kept`)).toBe(true);
  child.kill('SIGKILL');
  await eventually(() => expect(existsSync(folder)).toBe(false));
});
