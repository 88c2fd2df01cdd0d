// Builds the package into dist/: its code, and with --types its declarations as well, which only a published package needs.
// With --report <file> the report of its public surface is written, too.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeBundles } from './tools/bundles.mjs';
import { PACKAGE } from './tools/entry-points.mjs';

const { values } = parseArgs({
  options: { out: { type: 'string', default: 'dist' }, types: { type: 'boolean' }, report: { type: 'string' } },
});
const folder = path.resolve(PACKAGE, values.out);

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
await writeBundles(folder);
if (values.types) {
  const { declarations } = await import('./tools/declarations.mjs');
  const texts = declarations();
  for (const [name, text] of Object.entries(texts)) {
    await writeFile(path.join(folder, `${name}.d.ts`), text);
    await writeFile(path.join(folder, `${name}.d.cts`), text.replace(/ from '\.\/(\w+)\.js';/g, " from './$1.cjs';"));
  }
  if (values.report) {
    const { apiReport } = await import('./tools/api-report.mjs');
    await writeFile(values.report, apiReport(texts));
  }
}
