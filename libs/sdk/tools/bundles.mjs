import path from 'node:path';
import { build } from 'esbuild';
import { ENTRY_POINTS, externals, PACKAGE } from './entry-points.mjs';

const COMMON = {
  absWorkingDir: PACKAGE,
  bundle: true,
  platform: 'node',
  target: 'node20',
  conditions: ['@agion/source'], // the libraries of this workspace from their sources
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
};

/** Writes the package's code into a folder, with the libraries of this workspace in it: as ES modules and as CommonJS. */
export async function writeBundles(folder) {
  const options = { ...COMMON, entryPoints: ENTRY_POINTS, external: externals(), outdir: path.resolve(folder) };
  await Promise.all([
    build({ ...options, format: 'esm', splitting: true, chunkNames: 'chunk-[hash]' }),
    build({ ...options, format: 'cjs', outExtension: { '.js': '.cjs' } }),
  ]);
}
