// Builds the package into dist/: its code, and with --types its declarations as well, which only a published package needs.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeBundles } from './tools/bundles.mjs';
import { PACKAGE } from './tools/entry-points.mjs';

const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist' }, types: { type: 'boolean' } } });
const folder = path.resolve(PACKAGE, values.out);

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
await writeBundles(folder);
if (values.types) {
  const { declarations } = await import('./tools/declarations.mjs');
  for (const [name, text] of Object.entries(declarations())) {
    await writeFile(path.join(folder, `${name}.d.ts`), text);
    await writeFile(path.join(folder, `${name}.d.cts`), text.replace(/ from '\.\/(\w+)\.js';/g, " from './$1.cjs';"));
  }
}
