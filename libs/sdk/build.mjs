// Builds the package into dist/: its code, and with --types its declarations as well, which only a published package needs.
// With --reports <folder> the reports of its public surface are written, too.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeBundles } from './tools/bundles.mjs';
import { NAME, PACKAGE, REPORTS } from './tools/entry-points.mjs';

const { values } = parseArgs({
  options: { out: { type: 'string', default: 'dist' }, types: { type: 'boolean' }, reports: { type: 'string' } },
});
const folder = path.resolve(PACKAGE, values.out);

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
await writeBundles(folder);
if (values.types) {
  const { publicSurface } = await import('./tools/declarations.mjs');
  for (const [name, { declarations, report }] of Object.entries(await publicSurface())) {
    const importing = (main) => declarations.replaceAll(` from '${NAME}';`, ` from '${main}';`);
    await writeFile(path.join(folder, `${name}.d.ts`), importing('./index.js'));
    await writeFile(path.join(folder, `${name}.d.cts`), importing('./index.cjs'));
    if (values.reports) await writeFile(path.join(values.reports, REPORTS[name]), report);
  }
}
