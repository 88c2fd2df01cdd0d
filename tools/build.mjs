// Compiles src/**/*.ts of the current package to dist/ with SWC. Types are checked by `npm run typecheck`.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';

const configFile = fileURLToPath(new URL('../.swcrc', import.meta.url));
await rm('dist', { recursive: true, force: true });
const sources = (await readdir('src', { recursive: true })).filter(
  (file) => file.endsWith('.ts') && !/\.(d|spec)\.ts$/.test(file),
);
await Promise.all(
  sources.map(async (file) => {
    const { code, map } = await transformFile(path.join('src', file), { configFile });
    const target = path.join('dist', file.replace(/\.ts$/, '.js'));
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, `${code}\n//# sourceMappingURL=${path.basename(target)}.map\n`);
    if (map) await writeFile(`${target}.map`, map);
  }),
);
console.log(`built ${sources.length} files`);
